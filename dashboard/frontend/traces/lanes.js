// What stands on the axis beside the traces: the ruler, the overview with its brush, the window, the lanes.
const LANE = 19
const PATTERNS = { wrong: "error", near: "near", right: "right", buffering: "warn" }

function drawRuler(pen, v) {
  const ink = v.header.ink
  const [first, last] = v.span
  const y = v.rulerTop
  const right = v.left + v.plot
  const rows = niceStep(last - first, v.plot / 90)
  const step = Math.max(rows, 1)
  pen.text("row", v.left - 5, y + 11, ink.quiet, { size: 10, align: "right" })
  pen.text("time", v.left - 5, y + 26, ink.quiet, { size: 10, align: "right" })
  for (let row = Math.ceil(first / step) * step; row <= last; row += step) {
    const x = xOf(v, row)
    for (const panel of v.panels) pen.line([x, panel.top, x, panel.top + panel.height], ink.rule, 1, [], 0.55)
    if (x < right - 12) pen.text(grouped(row), x + 3, y + 11, ink.quiet, { size: 10 })
    pen.line([x, y + 2, x, y + 14], ink.rule)
  }
  const knots = v.knots
  const [from, to] = [secondsAt(knots, first), secondsAt(knots, last)]
  const seconds = to > from ? niceStep(to - from, v.plot / 90) : 0
  for (let time = Math.ceil(from / seconds) * seconds; seconds && time <= to; time += seconds) {
    const x = xOf(v, rowAt(knots, time))
    if (x < right - 26) pen.text(timeText(time, seconds), x + 3, y + 26, ink.text, { size: 11 })
    pen.line([x, y + 16, x, y + 30], ink.quiet)
  }
  pen.line([v.left, y + 30.5, right, y + 30.5], ink.rule)
}

// where the clock leaps, rows that stand side by side are far apart in time
function drawGaps(pen, v) {
  const ink = v.header.ink
  const bottom = v.lanesTop
  for (const [row, seconds] of v.header.gaps) {
    if (row < v.span[0] - 1 || row > v.span[1]) continue
    const x = xOf(v, row + 0.5)
    pen.line([x, v.rulerTop + 16, x, bottom], ink.warn, 1.5, [3, 3])
    const text = `gap of ${timeText(seconds, 1)}`
    if (x + 80 < v.left + v.plot) label(pen, v, text, x + 5, v.panels[0].top + 12)
  }
}

function drawThinned(pen, v) {
  const each = Math.max(...v.pieces.map(([block]) => block.each))
  if (!(each > 1)) return
  const text = `min, max of ${each >= 10 ? grouped(each) : each.toFixed(1)} rows a pixel`
  pen.text(fitted(pen, `⇕ ${text}`, v.left - 34), 0, v.rulerTop + 26, v.header.ink.warnText, { size: 10.5 })
}

function drawWindowStrip(pen, v) {
  const ink = v.header.ink
  const y = v.stripTop
  pen.text("Window", 0, y + 10, ink.quiet)
  pen.rect(v.left, y + 1, v.plot, 11, ink.quiet, 0.08)
  if (v.row === null || !v.header.window) return
  const [x0, x1] = [xOf(v, v.row), xOf(v, v.row + v.header.window)]
  pen.clip(v.left, y, v.plot, v.bottom - y, () => {
    pen.rect(x0, y + 1, Math.max(x1 - x0, 3), 11, ink.accent, 0.9)
    pen.rect(x0, y + 12, Math.max(x1 - x0, 1), v.bottom - y - 12, ink.accent, 0.06)
    pen.line([x0, y + 12, x0, v.bottom], ink.accent, 1, [], 0.5)
    pen.line([x1, y + 12, x1, v.bottom], ink.accent, 1, [], 0.5)
  })
}

function laneFill(v, lane, code, place) {
  const ink = v.header.ink
  if (code < 0) return [ink.quiet, 0]
  const kind = lane.kinds[code]
  if (kind === "wrong") return [ink.error, 0.3]
  if (kind === "near") return [ink.warn, 0.3]
  if (kind === "right") return [ink.accent, 0.3]
  if (kind === "buffering") return [ink.warn, 0.22]
  return [ink.quiet, kind === "line" ? (place % 2 ? 0.14 : 0.26) : 0.12 + 0.14 * (code % 3)]
}

function drawLane(pen, v, lane, top, title = lane.title, shift = 0) {
  const ink = v.header.ink
  const [begin, end] = [v.span[0] - shift, v.span[1] - shift]
  pen.text(fitted(pen, title, v.left - 8, 11, 500), 0, top + 13, ink.text, { weight: 500 })
  pen.clip(v.left, top, v.plot, LANE, () => {
    let crowd = null
    const flush = () => {
      if (!crowd) return
      pen.rect(crowd.x0, top + 1, crowd.x1 - crowd.x0, LANE - 3, crowd.fill[0], crowd.fill[1])
      const text = fitted(pen, `${grouped(crowd.count)} ${lane.name === "read" ? "readings" : "lines"}`, crowd.x1 - crowd.x0 - 6, 10)
      if (text && lane.kinds[0] !== "state") pen.text(text, crowd.x0 + 4, top + 13, ink.quiet, { size: 10 })
      crowd = null
    }
    for (let i = lower(lane.last, Math.floor(begin)); i < lane.first.length && lane.first[i] <= end; i++) {
      const x0 = xOf(v, lane.first[i] + shift)
      const x1 = xOf(v, lane.last[i] + 1 + shift)
      const fill = laneFill(v, lane, lane.code[i], i)
      if (lane.merged[i] > 1 || x1 - x0 < 2.2) {
        const worse = !crowd || fill[1] > crowd.fill[1]
        if (crowd && x1 - crowd.x0 < 90) {
          crowd.x1 = x1
          crowd.count += lane.merged[i]
          if (worse) crowd.fill = fill
        } else {
          flush()
          crowd = { x0, x1, count: lane.merged[i], fill: lane.merged[i] > 1 ? [ink.quiet, 0.3] : fill }
        }
        continue
      }
      flush()
      if (lane.code[i] < 0) continue
      pen.rect(x0, top + 1, Math.max(x1 - x0 - 0.6, 0.6), LANE - 3, fill[0], fill[1])
      const shown = Math.max(x0, v.left)
      const text = fitted(pen, lane.texts[lane.code[i]], Math.min(x1, v.left + v.plot) - shown - 7)
      if (text) pen.text(text, shown + 4, top + 13, ink.text)
    }
    flush()
  })
}

const lanesNow = v => lanesOf(v.whole, v.detail, v.span[0], v.span[1])

// the finer lanes where they cover the view
function lanesOf(whole, detail, first, last) {
  const covered = detail && detail.first <= first && detail.last >= last - 1 && detail.each <= whole.each
  return (covered ? detail : whole).lanes
}

function drawLanes(pen, v) {
  let top = v.lanesTop + 6
  for (const lane of lanesNow(v)) {
    drawLane(pen, v, lane, top)
    top += LANE
    if (lane.name !== "line" || !v.over) continue
    for (const other of lanesOf(v.over, v.overDetail, v.span[0] - v.shift, v.span[1] - v.shift)) {
      drawLane(pen, v, other, top, v.header.over.run, v.shift)
      top += LANE
    }
  }
}

function drawOverview(pen, v) {
  const ink = v.header.ink
  const [y, h] = [v.overviewTop, v.overviewHeight]
  const x = row => v.left + ((row - v.extent[0]) / (v.extent[1] - v.extent[0])) * v.plot
  pen.rect(v.left, y, v.plot, h, ink.quiet, 0.07)
  const trace = v.header.panels.flatMap(panel => panel.traces)[0]
  const own = trace && v.whole.traces.get(trace.name)
  if (own) {
    let [low, high] = [Infinity, -Infinity]
    for (const value of own.values) {
      if (value < low) low = value
      if (value > high) high = value
    }
    const points = new Float64Array(2 * own.values.length)
    own.values.forEach((value, i) => {
      points[2 * i] = x(rowOf(v.whole, own, i))
      points[2 * i + 1] = y + h - 3 - (high > low ? (value - low) / (high - low) : 0.5) * (h - 6)
    })
    pen.clip(v.left, y, v.plot, h, () => pen.line(points, ink.quiet, 1, [], 0.7))
  }
  const [x0, x1] = [x(v.span[0]), x(v.span[1])]
  pen.rect(v.left, y, x0 - v.left, h, ink.page, 0.6)
  pen.rect(x1, y, v.left + v.plot - x1, h, ink.page, 0.6)
  pen.line([x0, y, x1, y, x1, y + h, x0, y + h, x0, y], ink.accent, 1.2)
  for (const edge of [x0, x1]) pen.rect(edge - 2.5, y + h / 2 - 7, 5, 14, ink.accent, 1)
  if (v.row !== null && v.header.window) pen.rect(x(v.row), y + h - 3, Math.max(x(v.row + v.header.window) - x(v.row), 3), 3, ink.accent, 1)
  pen.text(fitted(pen, v.header.name, v.left - 8, 12, 600), 0, y + 13, ink.text, { size: 12, weight: 600 })
  pen.text(fitted(pen, trace ? trace.label : "", v.left - 8, 10), 0, y + 26, ink.quiet, { size: 10 })
}
