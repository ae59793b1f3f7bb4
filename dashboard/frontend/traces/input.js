// The mouse and the keys: wheel zooms at the pointer, a drag moves, Shift-drag zooms to a box, the strip above brushes.
const LEAST_ROWS = 4

function setSpan(v, first, last) {
  const [low, high] = v.extent
  const size = Math.min(Math.max(last - first, LEAST_ROWS), high - low)
  first = Math.max(low, Math.min(first, high - size))
  v.span = [first, first + size]
  v.changed()
}

const zoomAt = (v, row, factor) => setSpan(v, row + (v.span[0] - row) * factor, row + (v.span[1] - row) * factor)
const panBy = (v, rows) => setSpan(v, v.span[0] + rows, v.span[1] + rows)
const isWhole = v => v.span[0] <= v.extent[0] && v.span[1] >= v.extent[1]

function zoneAt(v, x, y) {
  if (x < v.left) return "head"
  if (x > v.left + v.plot) return "gutter"
  if (y < v.overviewTop + v.overviewHeight) return "overview"
  if (y >= v.stripTop && y < v.stripTop + 13) return "strip"
  return "plot"
}

function placeOf(v, event) {
  const box = v.canvas.getBoundingClientRect()
  return [event.clientX - box.left, event.clientY - box.top]
}

const panelAt = (v, y) => v.panels.find(panel => y >= panel.top && y < panel.top + panel.height)

function onWheel(v, event) {
  const [x, y] = placeOf(v, event)
  const zone = zoneAt(v, x, y)
  if (zone === "head" || zone === "gutter") return
  const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || (event.shiftKey && !event.ctrlKey)
  const rows = v.span[1] - v.span[0]
  const scale = event.deltaMode === 1 ? 30 : 1
  if (!sideways && event.deltaY > 0 && isWhole(v)) return
  event.preventDefault()
  if (sideways) panBy(v, ((event.deltaX || event.deltaY) * scale * rows) / v.plot)
  else {
    const row = zone === "overview" ? (v.span[0] + v.span[1]) / 2 : rowAtX(v, x)
    zoomAt(v, row, Math.exp(Math.max(-200, Math.min(200, event.deltaY * scale)) * 0.0022))
  }
}

function overviewDrag(v, x) {
  const rowAtOverview = at => v.extent[0] + ((at - v.left) / v.plot) * (v.extent[1] - v.extent[0])
  const [first, last] = v.span
  const [x0, x1] = v.span.map(row => v.left + ((row - v.extent[0]) / (v.extent[1] - v.extent[0])) * v.plot)
  const start = rowAtOverview(x)
  if (Math.abs(x - x0) < 7) return to => setSpan(v, Math.min(rowAtOverview(to), last - LEAST_ROWS), last)
  if (Math.abs(x - x1) < 7) return to => setSpan(v, first, Math.max(rowAtOverview(to), first + LEAST_ROWS))
  if (x > x0 && x < x1 && !isWhole(v)) return to => setSpan(v, first + rowAtOverview(to) - start, last + rowAtOverview(to) - start)
  return to => setSpan(v, Math.min(start, rowAtOverview(to)), Math.max(start, rowAtOverview(to)))
}

function plotDrag(v, event, x) {
  const [first, last] = v.span
  if (event.altKey && v.header.over) {
    const shift = v.shift
    return to => {
      v.shift = shift + Math.round(((to - x) / v.plot) * (last - first))
      v.changed()
    }
  }
  if (event.shiftKey) {
    return (to, done) => {
      v.box = done ? null : [Math.min(x, to), Math.max(x, to)]
      if (done) setSpan(v, rowAtX(v, Math.max(Math.min(x, to), v.left)), rowAtX(v, Math.min(Math.max(x, to), v.left + v.plot)))
      v.draw()
    }
  }
  return to => setSpan(v, first - ((to - x) / v.plot) * (last - first), last - ((to - x) / v.plot) * (last - first))
}

function onDown(v, event) {
  if (event.button !== 0) return
  const [x, y] = placeOf(v, event)
  const zone = zoneAt(v, x, y)
  v.root.focus({ preventScroll: true })
  if (zone === "head") {
    const panel = panelAt(v, y)
    if (panel && x > v.left - 16 - 36 && panel.drop) v.tell({ drop: panel.drop })
    return
  }
  if (zone === "gutter") return
  if (zone === "strip") return moveWindow(v, Math.round(rowAtX(v, x) - v.header.window / 2))
  const drag = zone === "overview" ? overviewDrag(v, x) : plotDrag(v, event, x)
  v.drag = { x, drag, moved: false, zone }
  v.canvas.setPointerCapture(event.pointerId)
}

function onMove(v, event) {
  const [x, y] = placeOf(v, event)
  if (v.drag) {
    if (Math.abs(x - v.drag.x) > 3) v.drag.moved = true
    if (v.drag.moved) v.drag.drag(x, false)
    return
  }
  const zone = zoneAt(v, x, y)
  const panel = panelAt(v, y)
  v.canvas.style.cursor = { head: "default", gutter: "default", overview: "col-resize", strip: "pointer", plot: "crosshair" }[zone]
  v.canvas.title = zone === "head" && panel ? `${panel.full}` : zone === "strip" ? "Click to move the window here" : ""
  v.dropAt = zone === "head" && panel && panel.drop ? panel : null
  if (v.dropAt && x > v.left - 52) {
    v.canvas.style.cursor = "pointer"
    v.canvas.title = `Take ${panel.title} out`
  }
  const row = zone === "plot" || zone === "strip" ? Math.round(rowAtX(v, x)) : null
  setCursor(v, row === null ? v.pinned : Math.max(0, Math.min(v.header.rows - 1, row)))
}

function onUp(v, event) {
  const drag = v.drag
  v.drag = null
  if (!drag) return
  const [x] = placeOf(v, event)
  if (drag.moved) drag.drag(x, true)
  else if (drag.zone === "plot") {
    const row = Math.max(0, Math.min(v.header.rows - 1, Math.round(rowAtX(v, x))))
    v.pinned = v.pinned === row ? null : row
    setCursor(v, row)
  }
  v.changed()
}

function setCursor(v, row) {
  if (row === v.cursor) return v.drawCursor()
  v.cursor = row
  v.drawCursor()
  // the toolpath follows without asking Python
  window.dispatchEvent(new CustomEvent("toolmark-row", { detail: { run: v.header.name, row } }))
}

function moveWindow(v, row) {
  if (!v.header.window) return
  v.row = Math.max(0, Math.min(row, v.header.rows - v.header.window))
  v.draw()
  v.tell({ row: v.row })
}

function setMark(v, name) {
  const row = v.cursor ?? Math.round((v.span[0] + v.span[1]) / 2)
  v[name] = v[name] === row ? null : row
  v.changed()
}

function clearMarks(v) {
  v.a = v.b = v.pinned = v.cursor = null
  v.changed()
}

function showWindow(v) {
  if (v.row === null || !v.header.window) return
  const margin = v.header.window / 4
  setSpan(v, v.row - margin, v.row + v.header.window + margin)
}

function onKey(v, event) {
  if (event.ctrlKey || event.metaKey || event.target !== v.root) return
  const rows = v.span[1] - v.span[0]
  const middle = v.cursor ?? (v.span[0] + v.span[1]) / 2
  const step = event.shiftKey ? move => stepCursor(v, move) : move => panBy(v, move * rows * 0.15)
  const actions = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    "+": () => zoomAt(v, middle, 0.6),
    "=": () => zoomAt(v, middle, 0.6),
    "-": () => zoomAt(v, middle, 1 / 0.6),
    0: () => setSpan(v, ...v.extent),
    Home: () => panBy(v, -Infinity),
    End: () => panBy(v, Infinity),
    a: () => setMark(v, "a"),
    b: () => setMark(v, "b"),
    w: () => v.cursor !== null && moveWindow(v, Math.round(v.cursor - v.header.window / 2)),
    f: () => showWindow(v),
    Escape: () => clearMarks(v),
  }
  const action = actions[event.key] || actions[event.key.toLowerCase()]
  if (!action) return
  event.preventDefault()
  event.stopPropagation()
  action()
}

function stepCursor(v, move) {
  const row = (v.cursor ?? Math.round((v.span[0] + v.span[1]) / 2)) + move
  v.pinned = Math.max(0, Math.min(v.header.rows - 1, row))
  if (v.pinned < v.span[0] || v.pinned > v.span[1]) panBy(v, move * (v.span[1] - v.span[0]) * 0.5)
  setCursor(v, v.pinned)
  v.say(statusText(v))
}
