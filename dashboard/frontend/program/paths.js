// Both paths, in 3-D and from above: what was read back as a band coloured by its deviation, what stands beside it as a line.
const NEAR = 14

function pictureOf(v, name) {
  const p = { name, panX: 0, panY: 0, scale: 1, drag: null, layer: document.createElement("canvas"), canvas: make("canvas") }
  ;[p.yaw, p.pitch] = VIEWS[name]
  p.canvas.tabIndex = 0
  p.canvas.setAttribute("role", "img")
  p.frame = make("figure", "picture")
  const head = make("figcaption")
  head.append(make("b", "", name === "Top" ? "From above" : "3-D"))
  if (name !== "Top") for (const view of ["3-D", "Front", "Side"]) head.append(press(view, `Look ${view === "3-D" ? "from the front and above" : `from the ${view.toLowerCase()}`}`, () => turn(v, p, view)))
  head.append(press("Fit", "The whole cut (double click)", () => refit(v, p)))
  p.frame.append(head, p.canvas)
  Object.assign(p.canvas, {
    onpointerdown: event => {
      p.canvas.setPointerCapture(event.pointerId)
      p.drag = { x: event.clientX, y: event.clientY, moved: false, shifts: event.shiftKey || event.button > 0 || name === "Top" }
    },
    onpointermove: event => onDrag(v, p, event),
    onpointerup: event => onLetGo(v, p, event),
    ondblclick: () => refit(v, p),
    oncontextmenu: event => event.preventDefault(),
    onkeydown: event => onTurnKey(v, p, event),
    onwheel: event => {
      event.preventDefault()
      const box = p.canvas.getBoundingClientRect()
      zoom(v, p, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top)
    },
  })
  return p
}

function onDrag(v, p, event) {
  if (!p.drag) return
  if (dragged(p, event)) redraw(v, p)
}

function onLetGo(v, p, event) {
  const drag = p.drag
  p.drag = null
  if (!drag || drag.moved) return
  const box = p.canvas.getBoundingClientRect()
  const [x, y] = [event.clientX - box.left, event.clientY - box.top]
  let [best, found] = [NEAR * NEAR, -1]
  for (let i = 0; i < v.data.rows; i++) {
    const away = (p.points[2 * i] - x) ** 2 + (p.points[2 * i + 1] - y) ** 2
    if (away < best) [best, found] = [away, i]
  }
  if (found >= 0) v.go(found)
}

function onTurnKey(v, p, event) {
  const step = { ArrowLeft: [0.1, 0], ArrowRight: [-0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key]
  const act = step && p.name !== "Top"
    ? () => { p.yaw += step[0]; p.pitch = Math.min(Math.max(p.pitch + step[1], 0), Math.PI / 2); p.touched = true; redraw(v, p) }
    : { "+": () => zoom(v, p, 1.25), "=": () => zoom(v, p, 1.25), "-": () => zoom(v, p, 0.8), 0: () => refit(v, p) }[event.key]
  if (!act || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  event.stopPropagation()
  act()
}

function zoom(v, p, factor, x = p.width / 2, y = p.height / 2) {
  const wanted = Math.min(Math.max(p.scale * factor, p.scale0 / 4), p.scale0 * 400)
  const share = wanted / p.scale
  p.panX = x - p.width / 2 - (x - p.width / 2 - p.panX) * share
  p.panY = y - p.height / 2 - (y - p.height / 2 - p.panY) * share
  p.scale = wanted
  p.touched = true
  redraw(v, p)
}

function turn(v, p, view) {
  ;[p.yaw, p.pitch] = VIEWS[view]
  refit(v, p)
}

function refit(v, p) {
  fit(p)
  p.scale0 = p.scale
  p.touched = false
  redraw(v, p)
}

// what is fitted into the picture: where the tool cut, unless it never did
function cutOf(d) {
  const found = []
  const take = (array, keep) => {
    for (let i = 0; i < array.length; i += 3) if (keep(i / 3) && Number.isFinite(array[i] + array[i + 1] + array[i + 2])) found.push(array[i], array[i + 1], array[i + 2])
  }
  take(d.read, row => !d.rapid[row])
  take(d.against, row => !d.rapid[row])
  if (found.length < 30) take(d.read, () => true)
  return found.length ? found : [0, 0, 0, 1, 1, 1]
}

function bringPaths(v) {
  const position = Float32Array.from(cutOf(v.data))
  const bounds = boundsOf(position)
  const middle = [0, 1, 2].map(axis => (bounds.low[axis] + bounds.high[axis]) / 2)
  for (const p of v.pictures) {
    Object.assign(p, { path: { position }, bounds, middle, ink: v.data.ink, font: v.font })
    p.canvas.setAttribute("aria-label", `Path of ${v.data.run} ${p.name === "Top" ? "from above" : "in 3-D"}, coloured by deviation. Arrow keys turn it, plus and minus zoom.`)
  }
}

function redraw(v, p) {
  p.stale = true
  v.draw()
}

function stroke(pen, p, position, places, style) {
  Object.assign(pen, style)
  pen.setLineDash(style.dash || [])
  pen.beginPath()
  for (const [from, to] of places) {
    const [a, b] = [placed(p, position[3 * from], position[3 * from + 1], position[3 * from + 2]), placed(p, position[3 * to], position[3 * to + 1], position[3 * to + 2])]
    if (!Number.isFinite(a[0] + b[0] + a[1] + b[1])) continue
    pen.moveTo(...a)
    pen.lineTo(...b)
  }
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 1
}

function drawLayer(v, p) {
  const d = v.data
  const pen = sized(p.layer, p)
  look(p)
  drawFrame(pen, p)
  p.points = new Float32Array(2 * d.rows)
  for (let i = 0; i < d.rows; i++) p.points.set(placed(p, d.read[3 * i], d.read[3 * i + 1], d.read[3 * i + 2]), 2 * i)
  const pairs = test => Array.from({ length: Math.max(d.rows - 1, 0) }, (_, i) => [i, i + 1]).filter(([, to]) => test(to))
  pen.lineCap = pen.lineJoin = "round"
  const fast = i => d.rapid[i] || d.rapid[i - 1]
  stroke(pen, p, d.read, pairs(fast), { strokeStyle: v.data.ink.quiet, globalAlpha: 0.75, lineWidth: 1.2, dash: [2, 4] })
  const wide = 6.5
  const shades = new Map()
  for (let i = 1; i < d.rows; i++) {
    if (fast(i)) continue
    if (!shades.has(d.shade[i])) shades.set(d.shade[i], [])
    shades.get(d.shade[i]).push([i - 1, i])
  }
  // the worst are drawn last, so that nothing covers them
  for (const [shade, places] of [...shades].sort(([a], [b]) => (a === 255 ? -1 : a) - (b === 255 ? -1 : b))) {
    stroke(pen, p, d.read, places, { strokeStyle: d.scale[shade] || d.ink.quiet, lineWidth: wide })
  }
  const halo = { strokeStyle: d.ink.page, lineWidth: 3, globalAlpha: 0.9 }
  const thin = { strokeStyle: d.ink.text, lineWidth: 1.2, globalAlpha: 0.95 }
  if (d.planRapid.length) {
    const pieces = rapid => Array.from(d.planRapid, (own, i) => [own, [2 * i, 2 * i + 1]]).filter(([own]) => Boolean(own) === rapid).map(([, pair]) => pair)
    stroke(pen, p, d.plan, pieces(false), halo)
    stroke(pen, p, d.plan, pieces(false), thin)
    stroke(pen, p, d.plan, pieces(true), { ...thin, globalAlpha: 0.5, dash: [6, 4] })
  } else if (v.two) {
    stroke(pen, p, d.against, pairs(i => !fast(i)), halo)
    stroke(pen, p, d.against, pairs(i => !fast(i)), thin)
  }
  d.worst.forEach((row, place) => badge(pen, p, d, row, String(place + 1)))
  p.stale = false
}

function badge(pen, p, d, row, text) {
  const at = between(d.read, row)
  if (!at) return
  const [x, y] = placed(p, ...at)
  pen.beginPath()
  pen.arc(x + 11, y - 11, 8, 0, 2 * Math.PI)
  pen.fillStyle = d.ink.page
  pen.strokeStyle = d.ink.error
  pen.lineWidth = 1.4
  pen.fill()
  pen.stroke()
  pen.fillStyle = d.ink.error
  pen.font = `600 10px ${p.font}`
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  pen.fillText(text, x + 11, y - 10.5)
}

function sized(canvas, { width, height }) {
  const ratio = window.devicePixelRatio || 1
  const [wide, tall] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== wide || canvas.height !== tall) Object.assign(canvas, { width: wide, height: tall })
  canvas.style.width = `${width}px`
  canvas.style.height = `${height}px`
  const pen = canvas.getContext("2d")
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, width, height)
  return pen
}

function drawPicture(v, p) {
  if (!p.width) return
  if (p.stale) drawLayer(v, p)
  const pen = sized(p.canvas, p)
  pen.drawImage(p.layer, 0, 0, p.width, p.height)
  const d = v.data
  const [other, own] = [between(d.against, v.row), between(d.read, v.row)]
  if (other && own) {
    pen.strokeStyle = d.ink.error
    pen.lineWidth = 1.5
    pen.beginPath()
    pen.moveTo(...placed(p, ...own))
    pen.lineTo(...placed(p, ...other))
    pen.stroke()
  }
  if (other) tool(pen, p, other, null, d.ink)
  if (own) tool(pen, p, own, d.ink.error, d.ink)
}

// the tool where it was read to be is a full dot; where it was or should have been, a ring around it
function tool(pen, p, at, fill, ink) {
  const [x, y] = placed(p, ...at)
  const [fx, fy] = placed(p, at[0], at[1], p.bounds.low[2])
  if (fill) {
    pen.strokeStyle = fill
    pen.lineWidth = 1
    pen.setLineDash([3, 3])
    pen.beginPath()
    pen.moveTo(x, y)
    pen.lineTo(fx, fy)
    pen.stroke()
    pen.setLineDash([])
  }
  pen.beginPath()
  pen.arc(x, y, fill ? 5 : 9, 0, 2 * Math.PI)
  pen.lineWidth = 2
  pen.strokeStyle = fill ? ink.page : ink.text
  if (fill) {
    pen.fillStyle = fill
    pen.fill()
  }
  pen.stroke()
}
