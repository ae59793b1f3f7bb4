// The space of the path: from mm to the screen, seen in parallel from any side, and the frame with its scales.
const VIEWS = { "3-D": [-0.62, 0.62], Top: [0, Math.PI / 2], Front: [0, 0], Side: [Math.PI / 2, 0] }

function unpackPath(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const start = Math.ceil((4 + length) / 8) * 8
  const array = (Type, [place, size]) => new Type(bytes.slice(start + place, start + place + size * Type.BYTES_PER_ELEMENT).buffer)
  const { rows, position, rapid, shade } = header.arrays
  return {
    ...header,
    rows: array(Uint32Array, rows),
    position: array(Float32Array, position),
    rapid: array(Uint8Array, rapid),
    shade: array(Uint8Array, shade),
  }
}

function boundsOf(position) {
  const low = [Infinity, Infinity, Infinity]
  const high = [-Infinity, -Infinity, -Infinity]
  position.forEach((value, place) => {
    low[place % 3] = Math.min(low[place % 3], value)
    high[place % 3] = Math.max(high[place % 3], value)
  })
  return { low, high }
}

// what a drag does: shift moves the view, else it turns; false as long as it may still be a click
function dragged(view, event) {
  const [dx, dy] = [event.clientX - view.drag.x, event.clientY - view.drag.y]
  if (!view.drag.moved && Math.hypot(dx, dy) < 4) return false
  Object.assign(view.drag, { x: event.clientX, y: event.clientY, moved: true })
  view.touched = true
  if (view.drag.shifts) {
    view.panX += dx
    view.panY += dy
  } else {
    view.yaw -= dx * 0.008
    view.pitch = Math.min(Math.max(view.pitch + dy * 0.008, 0), Math.PI / 2)
  }
  return true
}

// to the right and up on the screen, in mm from the middle of the path; yaw turns about Z, pitch looks down
function turned(v, x, y, z) {
  const [dx, dy, dz] = [x - v.middle[0], y - v.middle[1], z - v.middle[2]]
  const across = dx * v.cosYaw + dy * v.sinYaw
  const deep = dy * v.cosYaw - dx * v.sinYaw
  return [across, deep * v.sinPitch + dz * v.cosPitch]
}

function placed(v, x, y, z) {
  const [right, up] = turned(v, x, y, z)
  return [v.width / 2 + v.panX + right * v.scale, v.height / 2 + v.panY - up * v.scale]
}

function look(v) {
  v.cosYaw = Math.cos(v.yaw)
  v.sinYaw = Math.sin(v.yaw)
  v.cosPitch = Math.cos(v.pitch)
  v.sinPitch = Math.sin(v.pitch)
}

function corners({ low, high }) {
  return [0, 1, 2, 3, 4, 5, 6, 7].map(n => [n & 1 ? high[0] : low[0], n & 2 ? high[1] : low[1], n & 4 ? high[2] : low[2]])
}

// the whole path fills the picture, with room for the scales around it
function fit(v) {
  look(v)
  const seen = corners(v.bounds).slice(0, 4).map(corner => turned(v, ...corner))
  const { position } = v.path
  for (let i = 0; i < position.length; i += 3) seen.push(turned(v, position[i], position[i + 1], position[i + 2]))
  const ends = axis => seen.reduce(([low, high], p) => [Math.min(low, p[axis]), Math.max(high, p[axis])], [Infinity, -Infinity])
  const [[left, right], [bottom, top]] = [ends(0), ends(1)]
  v.scale = Math.min((v.width - 150) / Math.max(right - left, 1), (v.height - 90) / Math.max(top - bottom, 1))
  v.panX = (-(left + right) / 2) * v.scale
  // the scales are below
  v.panY = ((bottom + top) / 2) * v.scale - 14
}

function ticks(low, high, most) {
  const rough = Math.max(high - low, 1e-6) / most
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= rough)
  const found = []
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; n++) found.push(Number((n * step).toPrecision(6)))
  return found
}

// a grid on the floor, with the scales where they are nearest to the reader
function drawFrame(pen, v) {
  const { low, high } = v.bounds
  const floor = low[2]
  const at = (x, y, z) => placed(v, x, y, z)
  const line = (from, to, alpha) => {
    pen.globalAlpha = alpha
    pen.beginPath()
    pen.moveTo(...from)
    pen.lineTo(...to)
    pen.stroke()
  }
  const flat = Math.abs(v.sinPitch) < 0.06
  const across = [ticks(low[0], high[0], 6), ticks(low[1], high[1], 6), ticks(low[2], high[2], 3)]
  pen.strokeStyle = v.ink.rule
  pen.lineWidth = 1
  if (!flat) {
    for (const x of across[0]) line(at(x, low[1], floor), at(x, high[1], floor), 0.75)
    for (const y of across[1]) line(at(low[0], y, floor), at(high[0], y, floor), 0.75)
  }
  // an axis that points at the reader has no scale
  const [seenX, seenY, seenZ] = [Math.abs(v.cosYaw), Math.abs(v.sinYaw), v.cosPitch]
  const atX = y => at((low[0] + high[0]) / 2, y, floor)
  const atY = x => at(x, (low[1] + high[1]) / 2, floor)
  const edgeY = atX(low[1])[1] >= atX(high[1])[1] ? low[1] : high[1]
  const edgeX = atY(low[0])[1] >= atY(high[0])[1] ? low[0] : high[0]
  const topDown = v.sinPitch > 0.98
  if (seenX > 0.12 || !flat) scaleOf(pen, v, across[0].map(x => [x, at(x, edgeY, floor)]), "X mm")
  if (seenY > 0.12 || !flat) scaleOf(pen, v, across[1].map(y => [y, at(topDown ? low[0] : edgeX, y, floor)]), "Y mm", topDown && Math.abs(v.yaw) < 0.4)
  if (seenZ > 0.12) {
    const posts = corners(v.bounds).slice(0, 4).map(([x, y]) => [x, y])
    const [px, py] = posts.reduce((best, post) => (at(...post, floor)[0] < at(...best, floor)[0] ? post : best))
    line(at(px, py, floor), at(px, py, high[2]), 1)
    scaleOf(pen, v, across[2].map(z => [z, at(px, py, z)]), "Z mm", true)
  }
  pen.globalAlpha = 1
}

function scaleOf(pen, v, marks, name, left = false) {
  if (marks.length < 1) return
  pen.globalAlpha = 1
  pen.fillStyle = v.ink.quiet
  pen.font = `11px ${v.font}`
  pen.textAlign = left ? "right" : "center"
  pen.textBaseline = left ? "middle" : "top"
  let before = null
  for (const [value, [x, y]] of marks) {
    if (before && Math.hypot(x - before[0], y - before[1]) < (left ? 14 : 24)) continue
    before = [x, y]
    pen.fillText(String(value), left ? x - 8 : x, left ? y : y + 7)
  }
  const [first, last] = [marks[0][1], marks[marks.length - 1][1]]
  const middle = [(first[0] + last[0]) / 2, (first[1] + last[1]) / 2]
  const steep = !left && Math.abs(last[1] - first[1]) > 0.7 * Math.abs(last[0] - first[0])
  const away = left ? -36 : steep ? (middle[0] > v.width / 2 ? 46 : -46) : 0
  const down = left ? 0 : steep ? 8 : 24
  pen.fillText(name, Math.max(middle[0] + away, left ? 34 : 20), middle[1] + down)
}
