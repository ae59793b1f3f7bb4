// The viewer: keeps what is looked at, draws at once from what is there, and asks Python for finer data when it rests.
const views = new WeakMap()
const REST_MS = 220

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

function layOut(v) {
  const header = v.header
  const width = Math.max(v.root.clientWidth, 320)
  const narrow = width < 760
  v.width = width
  v.left = narrow ? 132 : 196
  v.right = narrow ? 78 : 128
  v.plot = width - v.left - v.right
  v.overviewTop = 2
  v.overviewHeight = 34
  v.rulerTop = v.overviewTop + v.overviewHeight + 6
  v.stripTop = v.rulerTop + 33
  let top = v.stripTop + 17
  v.panels = header.panels.map(panel => {
    const placed = { ...panel, top, height: panel.traces.length ? header.panelHeight : 26 }
    top += placed.height + 5
    return placed
  })
  v.lanesTop = top
  const over = keptBlocks.get(header.over?.whole)
  v.bottom = top + 6 + (v.whole.lanes.length + (over ? over.lanes.length : 0)) * LANE
  v.height = v.bottom + 4
}

function prepare(v) {
  v.detail = keptBlocks.get(v.header.detail) || null
  v.whole = keptBlocks.get(v.header.whole)
  v.pieces = pieces(v, v.whole, v.detail)
  v.over = keptBlocks.get(v.header.over?.whole) || null
  v.overDetail = keptBlocks.get(v.header.over?.detail) || null
  v.piecesOver = v.over ? pieces(v, v.over, v.overDetail, v.shift) : []
  const covered = v.detail && v.detail.first <= v.span[0] && v.detail.last >= v.span[1]
  v.knots = covered ? v.detail.knots : v.whole.knots
  for (const panel of v.panels) panel.limits = limitsOf(v, panel)
}

function drawAll(pen, v) {
  drawOverview(pen, v)
  drawWindowStrip(pen, v)
  drawRuler(pen, v)
  drawThinned(pen, v)
  for (const panel of v.panels) {
    drawHead(pen, v, panel)
    drawPanel(pen, v, panel)
  }
  drawLanes(pen, v)
  if (v.panels.length) drawGaps(pen, v)
}

function penOn(v, canvas) {
  const ratio = window.devicePixelRatio || 1
  if (canvas.width !== Math.round(v.width * ratio) || canvas.height !== Math.round(v.height * ratio)) {
    canvas.width = Math.round(v.width * ratio)
    canvas.height = Math.round(v.height * ratio)
    canvas.style.width = `${v.width}px`
    canvas.style.height = `${v.height}px`
  }
  const context = canvas.getContext("2d")
  context.setTransform(ratio, 0, 0, ratio, 0, 0)
  context.clearRect(0, 0, v.width, v.height)
  return new CanvasPen(context, v.font)
}

function draw(v) {
  if (!v.whole && !keptBlocks.get(v.header.whole)) return
  prepare(v)
  drawAll(penOn(v, v.canvas), v)
  drawCursor(v)
  fillTable(v, v.table)
}

function drawCursor(v) {
  if (!v.whole) return
  const pen = penOn(v, v.layer)
  drawCursors(pen, v)
  drawGutters(pen, v)
  if (v.box) pen.rect(v.box[0], v.rulerTop, v.box[1] - v.box[0], v.bottom - v.rulerTop, v.header.ink.accent, 0.15)
  if (v.dropAt) pen.text("×", v.left - 44, v.dropAt.top + 14, v.header.ink.text, { size: 15 })
  v.status.textContent = statusText(v)
  v.delta.textContent = deltaText(v)
  for (const button of v.bar.querySelectorAll("[data-needs]")) {
    button.disabled = button.dataset.needs === "marks" ? v.a === null && v.b === null && v.pinned === null : v.row === null
  }
}

function report(v) {
  const [first, last] = v.span.map(Math.round)
  const span = isWhole(v) ? null : [Math.max(first, 0), Math.min(last, v.header.rows - 1)]
  const now = { span, a: v.a, b: v.b, shift: v.header.over ? v.shift : null, pin: v.pinned }
  const text = JSON.stringify(now)
  if (text === v.told) return
  v.told = text
  v.tell(now)
}

function adopt(v, header) {
  const first = v.header === undefined
  v.header = header
  v.whole = keptBlocks.get(header.whole)
  v.extent = header.extent
  if (first || header.view.token !== v.token) {
    v.token = header.view.token
    v.span = header.view.span || [...v.extent]
    v.a = header.view.a
    v.b = header.view.b
    v.shift = header.over?.shift || 0
    v.told = JSON.stringify({ span: header.view.span, a: v.a, b: v.b, shift: header.over ? v.shift : null, pin: v.pinned })
  }
  v.row = header.view.row
  // another run may be shorter, or no longer shifted so far
  const size = Math.min(v.span[1] - v.span[0], v.extent[1] - v.extent[0])
  const start = Math.max(v.extent[0], Math.min(v.span[0], v.extent[1] - size))
  v.span = [start, start + size]
}

const BUTTONS = [
  ["−", "Zoom out (key −)", v => zoomAt(v, (v.span[0] + v.span[1]) / 2, 1 / 0.6)],
  ["+", "Zoom in (key +)", v => zoomAt(v, (v.span[0] + v.span[1]) / 2, 0.6)],
  ["Whole run", "Show the whole run (key 0, or double click)", v => setSpan(v, ...v.extent)],
  ["Window", "Zoom to the window (key F)", showWindow, "window"],
  ["A", "Set cursor A at the pinned row, or in the middle (key A)", v => setMark(v, "a")],
  ["B", "Set cursor B at the pinned row, or in the middle (key B)", v => setMark(v, "b")],
  ["Clear", "Take the cursors away (Escape)", clearMarks, "marks"],
  ["SVG", "Download this picture as SVG", v => exportSvg(v)],
  ["PNG", "Download this picture as PNG", v => exportPng(v)],
]

function build(v, parentElement) {
  v.root = parentElement.querySelector(".traces")
  v.bar = make("div", "bar")
  for (const [text, title, action, needs] of BUTTONS) {
    const button = make("button", text.length < 2 ? "short" : "", text)
    button.type = "button"
    button.title = title
    button.setAttribute("aria-label", title)
    if (needs) button.dataset.needs = needs
    button.onclick = () => action(v)
    v.bar.append(button)
  }
  v.status = make("p", "status")
  v.delta = make("p", "delta")
  v.spoken = make("p", "spoken")
  v.spoken.setAttribute("aria-live", "polite")
  v.canvas = make("canvas")
  v.layer = make("canvas", "layer")
  v.stage = make("div", "stage")
  v.stage.append(v.canvas, v.layer)
  v.table = make("div")
  const keys = make("p", "keys", v.header.keys)
  const words = make("div", "words")
  words.append(v.status, v.delta)
  v.bar.append(words)
  v.root.replaceChildren(v.bar, v.stage, v.table, keys, v.spoken)
  v.root.tabIndex = 0
  v.root.setAttribute("role", "application")
  v.font = getComputedStyle(v.root).fontFamily
  v.canvas.onwheel = event => onWheel(v, event)
  v.canvas.onpointerdown = event => onDown(v, event)
  v.canvas.onpointermove = event => onMove(v, event)
  v.canvas.onpointerup = event => onUp(v, event)
  v.canvas.onpointerleave = () => {
    v.dropAt = null
    if (!v.drag) setCursor(v, v.pinned)
  }
  v.canvas.ondblclick = () => {
    v.pinned = null
    setSpan(v, ...v.extent)
  }
  v.root.onkeydown = event => onKey(v, event)
  v.watch = new ResizeObserver(() => {
    if (Math.abs(v.root.clientWidth - v.width) > 1) v.refresh()
  })
  v.watch.observe(v.root)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const header = unpack(data)
  let v = views.get(parentElement)
  const fresh = !v
  if (fresh) {
    v = { cursor: null, pinned: null, box: null, drag: null, shift: 0 }
    views.set(parentElement, v)
  }
  v.tell = said => setTriggerValue("moved", { ...said, at: Date.now() })
  const missing = [header.whole, header.detail, header.over?.whole, header.over?.detail].filter(key => key && !keptBlocks.has(key))
  if (missing.length && missing.join() !== v.asked) {
    // a picture on its way was overtaken by the next one: ask for what it held
    v.asked = missing.join()
    v.tell({ missing })
    if (!keptBlocks.has(header.whole)) return () => stop(v)
  }
  if (!v.drag) adopt(v, header)
  if (fresh || !v.root) build(v, parentElement)
  v.root.setAttribute("aria-label", header.label)
  v.say = text => (v.spoken.textContent = text)
  let waiting = 0
  v.draw = () => {
    cancelAnimationFrame(waiting)
    waiting = requestAnimationFrame(() => draw(v))
  }
  v.drawCursor = () => drawCursor(v)
  v.refresh = () => {
    layOut(v)
    v.stage.style.height = `${v.height}px`
    draw(v)
  }
  v.changed = () => {
    v.draw()
    clearTimeout(v.rest)
    v.rest = setTimeout(() => !v.drag && report(v), REST_MS)
  }
  v.refresh()
  return () => stop(v)
}

function stop(v) {
  v.watch?.disconnect()
  clearTimeout(v.rest)
}
