// The toolpath: turned, moved and zoomed in the browser; the cursor follows the traces without asking Python.
const paths = new WeakMap()
const NEAR = 16

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const wordsAt = (v, row) => {
  const [x, y, z] = pointAt(v, row)
  const line = lineAt(v, row)
  const place = [x, y, z].map((value, axis) => `${"XYZ"[axis]} ${value.toFixed(2)}`).join("  ")
  return `row ${row}${line ? ` · ${line}` : ""} · ${place} mm`
}

function lineAt(v, row) {
  const { starts, codes, texts } = v.path.lines
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (starts[middle] <= row) low = middle + 1
    else high = middle
  }
  return low ? texts[codes[low - 1]] || "" : ""
}

function placeOfRow(v, row) {
  const { rows } = v.path
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (rows[middle] < row) low = middle + 1
    else high = middle
  }
  return low
}

// where the tool was at a row: on the way from the last known point to the next
function pointAt(v, row) {
  const { rows, position } = v.path
  const after = placeOfRow(v, row)
  const before = Math.max(after - 1, 0)
  const span = rows[after] - rows[before]
  const share = span ? Math.min(Math.max((row - rows[before]) / span, 0), 1) : 1
  return [0, 1, 2].map(axis => position[3 * before + axis] * (1 - share) + position[3 * after + axis] * share)
}

function drawPath(pen, v) {
  const { rows, rapid, shade, view, scale } = v.path
  const n = rows.length
  const at = v.points
  const inside = place => rows[place] >= view[0] && rows[place] <= view[1]
  const whole = inside(0) && inside(n - 1)
  pen.lineJoin = pen.lineCap = "round"
  if (!whole) {
    pen.strokeStyle = v.ink.accent
    pen.globalAlpha = 0.3
    pen.lineWidth = 10
    pen.beginPath()
    for (let i = 1; i < n; i++) {
      if (!inside(i) || !inside(i - 1)) continue
      pen.moveTo(at[2 * i - 2], at[2 * i - 1])
      pen.lineTo(at[2 * i], at[2 * i + 1])
    }
    pen.stroke()
  }
  pen.lineCap = "butt"
  pen.strokeStyle = v.ink.quiet
  pen.globalAlpha = 0.8
  pen.lineWidth = 1.2
  pen.setLineDash([2, 4])
  pen.beginPath()
  for (let i = 1; i < n; i++) {
    if (!rapid[i]) continue
    pen.moveTo(at[2 * i - 2], at[2 * i - 1])
    pen.lineTo(at[2 * i], at[2 * i + 1])
  }
  pen.stroke()
  pen.setLineDash([])
  pen.lineCap = "round"
  pen.globalAlpha = 1
  pen.lineWidth = 2.4
  // neighbours of one colour are one stroke
  for (let i = 1; i < n; ) {
    if (rapid[i]) {
      i++
      continue
    }
    const colour = shade[i]
    pen.strokeStyle = scale[colour] || v.ink.quiet
    pen.beginPath()
    pen.moveTo(at[2 * i - 2], at[2 * i - 1])
    for (; i < n && !rapid[i] && shade[i] === colour; i++) pen.lineTo(at[2 * i], at[2 * i + 1])
    pen.stroke()
  }
}

function drawPoint(pen, v, row, name, colour) {
  const [x, y, z] = pointAt(v, row)
  const [px, py] = placed(v, x, y, z)
  const [fx, fy] = placed(v, x, y, v.bounds.low[2])
  pen.strokeStyle = colour
  pen.globalAlpha = 0.6
  pen.lineWidth = 1
  pen.setLineDash([3, 3])
  pen.beginPath()
  pen.moveTo(px, py)
  pen.lineTo(fx, fy)
  pen.stroke()
  pen.setLineDash([])
  pen.globalAlpha = 1
  pen.fillStyle = colour
  pen.strokeStyle = v.ink.page
  pen.lineWidth = 2
  pen.beginPath()
  pen.arc(px, py, 6, 0, 2 * Math.PI)
  pen.fill()
  pen.stroke()
  if (!name) return
  pen.font = `600 12px ${v.font}`
  pen.textAlign = "left"
  pen.textBaseline = "bottom"
  pen.lineWidth = 4
  pen.strokeText(name, px + 8, py - 5)
  pen.fillStyle = v.ink.text
  pen.fillText(name, px + 8, py - 5)
}

function draw(v) {
  const ratio = window.devicePixelRatio || 1
  const [wide, tall] = [Math.round(v.width * ratio), Math.round(v.height * ratio)]
  if (v.canvas.width !== wide || v.canvas.height !== tall) Object.assign(v.canvas, { width: wide, height: tall })
  v.canvas.style.width = `${v.width}px`
  v.canvas.style.height = `${v.height}px`
  const pen = v.canvas.getContext("2d")
  pen.setTransform(ratio, 0, 0, ratio, 0, 0)
  pen.clearRect(0, 0, v.width, v.height)
  look(v)
  const { position, marks } = v.path
  const n = v.path.rows.length
  v.points = new Float32Array(2 * n)
  for (let i = 0; i < n; i++) v.points.set(placed(v, position[3 * i], position[3 * i + 1], position[3 * i + 2]), 2 * i)
  drawFrame(pen, v)
  drawPath(pen, v)
  for (const [name, row] of Object.entries(marks)) if (row !== null) drawPoint(pen, v, row, name, v.ink.text)
  const row = cursorOf(v)
  if (row !== null) drawPoint(pen, v, row, "", v.ink.error)
  v.status.textContent = row === null ? "Point at the path, or at the traces, to follow the tool." : wordsAt(v, row)
}

const cursorOf = v => v.hover ?? v.followed ?? v.path.cursor

function nearestRow(v, event) {
  const box = v.canvas.getBoundingClientRect()
  const [x, y] = [event.clientX - box.left, event.clientY - box.top]
  let best = NEAR * NEAR
  let found = null
  for (let i = 0; i < v.path.rows.length; i++) {
    const away = (v.points[2 * i] - x) ** 2 + (v.points[2 * i + 1] - y) ** 2
    if (away < best) [best, found] = [away, v.path.rows[i]]
  }
  return found
}

function zoom(v, factor, x = v.width / 2, y = v.height / 2) {
  const wanted = Math.min(Math.max(v.scale * factor, v.scale0 / 4), v.scale0 * 200)
  const share = wanted / v.scale
  v.panX = x - v.width / 2 - (x - v.width / 2 - v.panX) * share
  v.panY = y - v.height / 2 - (y - v.height / 2 - v.panY) * share
  v.scale = wanted
  v.touched = true
  v.draw()
}

function turnTo(v, name) {
  ;[v.yaw, v.pitch] = VIEWS[name]
  refit(v)
}

function refit(v) {
  fit(v)
  v.scale0 = v.scale
  v.touched = false
  v.draw()
}

function onDown(v, event) {
  v.canvas.setPointerCapture(event.pointerId)
  v.drag = { x: event.clientX, y: event.clientY, moved: false, shifts: event.shiftKey || event.button === 1 || event.button === 2 }
}

function onMove(v, event) {
  if (!v.drag) {
    v.hover = nearestRow(v, event)
    return v.draw()
  }
  if (dragged(v, event)) v.draw()
}

function onUp(v, event) {
  const drag = v.drag
  v.drag = null
  if (!drag || drag.moved) return
  const row = nearestRow(v, event)
  if (row !== null) v.tell({ row, mark: event.shiftKey ? "b" : "a" })
}

function onKey(v, event) {
  const turn = (yaw, pitch) => {
    v.yaw += yaw
    v.pitch = Math.min(Math.max(v.pitch + pitch, 0), Math.PI / 2)
    v.touched = true
    v.draw()
  }
  const actions = {
    ArrowLeft: () => turn(0.1, 0),
    ArrowRight: () => turn(-0.1, 0),
    ArrowUp: () => turn(0, 0.1),
    ArrowDown: () => turn(0, -0.1),
    "+": () => zoom(v, 1.25),
    "=": () => zoom(v, 1.25),
    "-": () => zoom(v, 0.8),
    0: () => refit(v),
  }
  if (!actions[event.key] || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  event.stopPropagation()
  actions[event.key]()
}

function build(v, parentElement) {
  v.root = parentElement.querySelector(".path")
  const bar = make("div", "bar")
  for (const name of Object.keys(VIEWS)) {
    const button = make("button", "", name)
    button.type = "button"
    button.title = name === "3-D" ? "Look from the front and above" : `Look from ${name === "Top" ? "above" : `the ${name.toLowerCase()}`}`
    button.onclick = () => turnTo(v, name)
    bar.append(button)
  }
  const whole = make("button", "", "Whole path")
  whole.type = "button"
  whole.onclick = () => refit(v)
  v.status = make("p", "status")
  bar.append(whole, v.status)
  v.canvas = make("canvas")
  v.canvas.tabIndex = 0
  v.canvas.setAttribute("role", "img")
  const stage = make("div", "stage")
  stage.append(v.canvas)
  v.legend = make("div", "legend")
  const keys = make("p", "keys", "Drag: turn. Shift-drag: move. Wheel: zoom. Double click: whole path. Click a point: cursor A, Shift-click: B. Keys: arrows turn, + − 0.")
  v.root.replaceChildren(bar, stage, v.legend, keys)
  v.font = getComputedStyle(v.root).fontFamily
  Object.assign(v.canvas, {
    onpointerdown: event => onDown(v, event),
    onpointermove: event => onMove(v, event),
    onpointerup: event => onUp(v, event),
    onpointerleave: () => { v.hover = null; v.draw() },
    ondblclick: () => refit(v),
    oncontextmenu: event => event.preventDefault(),
    onkeydown: event => onKey(v, event),
    onwheel: event => {
      event.preventDefault()
      const box = v.canvas.getBoundingClientRect()
      zoom(v, Math.exp(-event.deltaY * 0.0015), event.clientX - box.left, event.clientY - box.top)
    },
  })
}

function fillLegend(v) {
  const { legend, scale, view, rows } = v.path
  const ramp = make("span")
  const bar = make("i")
  bar.style.background = `linear-gradient(to right, ${scale.filter(Boolean).join(", ")})`
  ramp.append(make("b", "", legend.title), make("span", "", legend.low), bar, make("span", "", legend.high))
  const parts = [ramp]
  const key = (className, text) => {
    const span = make("span")
    span.append(make("i", className), make("span", "", text))
    parts.push(span)
  }
  if (v.path.rapid.some(Boolean)) key("rapid", "rapid moves")
  if (rows[0] < view[0] || rows[rows.length - 1] > view[1]) key("halo", "rows in view")
  v.legend.replaceChildren(...parts)
}

export default function ({ data, parentElement, setTriggerValue }) {
  let v = paths.get(parentElement)
  const fresh = !v
  if (fresh) {
    v = { hover: null, followed: null, drag: null }
    ;[v.yaw, v.pitch] = VIEWS["3-D"]
    paths.set(parentElement, v)
  }
  const before = v.path?.run
  v.path = unpackPath(data)
  v.ink = v.path.ink
  v.bounds = boundsOf(v.path.position)
  v.middle = [0, 1, 2].map(axis => (v.bounds.low[axis] + v.bounds.high[axis]) / 2)
  v.tell = said => setTriggerValue("marked", said)
  if (!v.root) build(v, parentElement)
  v.canvas.setAttribute("aria-label", v.path.label)
  let waiting = 0
  v.draw = () => {
    cancelAnimationFrame(waiting)
    waiting = requestAnimationFrame(() => draw(v))
  }
  const resize = () => {
    const width = Math.max(v.root.clientWidth, 280)
    if (width === v.width) return
    Object.assign(v, { width, height: Math.round(Math.min(Math.max(width * 0.5, 320), 520)) })
    if (!v.touched) refit(v)
    else v.draw()
  }
  const follow = event => {
    if (event.detail.run !== v.path.run) return
    v.followed = event.detail.row
    v.draw()
  }
  resize()
  // the camera stays where it was turned to, but for another run
  if (fresh || before !== v.path.run) refit(v)
  fillLegend(v)
  v.draw()
  const watch = new ResizeObserver(resize)
  watch.observe(v.root)
  window.addEventListener("toolmark-row", follow)
  return () => {
    watch.disconnect()
    window.removeEventListener("toolmark-row", follow)
  }
}
