// The panels of traces: one axis of rows, a scale of its own each, and what is no measurement shown as such.
const xOf = (v, row) => v.left + ((row - v.span[0]) / (v.span[1] - v.span[0])) * v.plot
const rowAtX = (v, x) => v.span[0] + ((x - v.left) / v.plot) * (v.span[1] - v.span[0])

// which block shows which rows of the view: the finer one where it is, the whole run beside it
function pieces(v, whole, detail, shift = 0) {
  const [first, last] = [v.span[0] - shift, v.span[1] - shift]
  if (!whole) return []
  if (!detail || detail.each >= whole.each) return [[whole, first, last]]
  const low = Math.max(first, detail.first)
  const high = Math.min(last, detail.last)
  if (low >= high) return [[whole, first, last]]
  const found = [[detail, low, high]]
  if (first < low) found.push([whole, first, low])
  if (high < last) found.push([whole, high, last])
  return found
}

function scaled(v, trace, value) {
  if (v.header.scale !== "std") return value
  if (trace.mean === null) Object.assign(trace, spreadOf(v.whole.traces.get(trace.name)))
  return trace.deviation > 0 ? (value - trace.mean) / trace.deviation : value - trace.mean
}

function spreadOf(own) {
  const known = own ? own.values.filter(value => !Number.isNaN(value)) : []
  const mean = known.reduce((sum, value) => sum + value, 0) / (known.length || 1)
  const square = known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length || 1)
  return { mean, deviation: Math.sqrt(square) }
}

function limitsOf(v, panel) {
  let low = Infinity
  let high = -Infinity
  const look = (parts, trace) => {
    for (const [block, first, last] of parts) {
      const own = block.traces.get(trace.name)
      if (!own) continue
      const [begin, end] = placesBetween(block, own, first, last)
      for (let i = begin; i < end; i++) {
        const value = scaled(v, trace, own.values[i])
        if (value < low) low = value
        if (value > high) high = value
      }
    }
  }
  for (const trace of panel.traces) {
    look(v.pieces, trace)
    look(v.piecesOver, trace)
  }
  panel.ends = low > high ? null : [low, high]
  if (low > high) return [0, 1]
  if (low === high) return [low - 0.5, high + 0.5]
  const margin = 0.06 * (high - low)
  return [low - margin, high + margin]
}

function drawTrace(pen, v, panel, trace, parts, shift, look) {
  const [low, high] = panel.limits
  const y = value => panel.top + panel.height - 2 - ((value - low) / (high - low)) * (panel.height - 4)
  for (const [block, first, last] of parts) {
    const own = block.traces.get(trace.name)
    if (!own) continue
    const [begin, end] = placesBetween(block, own, first, last)
    const points = new Float64Array(2 * (end - begin))
    for (let i = begin; i < end; i++) {
      points[2 * (i - begin)] = xOf(v, rowOf(block, own, i) + shift)
      points[2 * (i - begin) + 1] = y(scaled(v, trace, own.values[i]))
    }
    const clipped = (from, to, alpha) => {
      const [x0, x1] = [xOf(v, from + shift), xOf(v, to + shift)]
      if (x1 > x0) pen.clip(x0, panel.top, x1 - x0, panel.height, () => pen.line(points, look.colour, look.width, look.dash, alpha))
    }
    // what a frozen board repeats is no measurement
    const dies = shift || trace.frozen === null ? last : Math.max(first, Math.min(last, trace.frozen))
    clipped(first, dies, look.alpha)
    clipped(dies, last, look.alpha * 0.45)
  }
}

function drawAbsence(pen, v, panel) {
  const ink = v.header.ink
  const over = (first, last, draw) => {
    const x0 = Math.max(xOf(v, first), v.left)
    const x1 = Math.min(xOf(v, last + 1), v.left + v.plot)
    if (x1 > x0) draw(x0, Math.max(x1 - x0, 1))
  }
  const lone = panel.traces.length === 1
  for (const trace of panel.traces) {
    const frozen = trace.frozen !== null && lone
    if (frozen) {
      over(trace.frozen, v.header.rows - 1, (x, w) => {
        pen.rect(x, panel.top, w, panel.height, ink.quiet, 0.07)
        hatch(pen, x, panel.top, w, panel.height, ink.quiet, 0.4)
        const text = fitted(pen, `frozen from row ${grouped(trace.frozen)} on`, w - 12)
        if (text) label(pen, v, text, x + 6, panel.top + 13)
      })
    }
    for (const [block, first, last] of v.pieces) {
      const own = block.traces.get(trace.name)
      if (!own) continue
      if (own.problem) {
        hatch(pen, v.left, panel.top, v.plot, panel.height, ink.quiet, 0.25)
        label(pen, v, fitted(pen, own.problem, v.plot - 20), v.left + 8, panel.top + panel.height / 2 + 4)
      }
      const height = lone ? panel.height : 4
      eachStretch(own.holes, first, last, (from, to) =>
        over(from, to, (x, w) => {
          pen.rect(x, panel.top, w, height, ink.error, 0.12)
          hatch(pen, x, panel.top, w, height, ink.error, 0.55)
          if (lone && w > 60) label(pen, v, "no value", x + 6, panel.top + 13)
        }))
      if (lone)
        eachStretch(own.stuck, first, last, (from, to) =>
          over(from, to, (x, w) => {
            pen.rect(x, panel.top + panel.height - 4, w, 4, ink.warn, 0.75)
            if (w > 70) label(pen, v, "stuck", x + 4, panel.top + panel.height - 8)
          }))
    }
  }
}

function label(pen, v, text, x, y) {
  pen.rect(x - 3, y - 10, pen.measure(text, 11) + 6, 14, v.header.ink.page, 0.85)
  pen.text(text, x, y, v.header.ink.quiet)
}

function eachStretch(stretches, first, last, draw) {
  for (let i = 0; i < stretches.length; i += 2) {
    if (stretches[i + 1] >= first && stretches[i] <= last) draw(stretches[i], stretches[i + 1])
  }
}

function drawPanel(pen, v, panel) {
  const ink = v.header.ink
  const { top, height } = panel
  const right = v.left + v.plot
  pen.line([v.left, top + height + 0.5, right, top + height + 0.5], ink.rule)
  if (!panel.traces.length) {
    pen.rect(v.left, top, v.plot, height, ink.quiet, 0.05)
    hatch(pen, v.left, top, v.plot, height, ink.quiet, 0.25)
    label(pen, v, panel.note, v.left + 8, top + height / 2 + 4)
    return
  }
  drawAbsence(pen, v, panel)
  for (const trace of panel.traces) {
    if (v.piecesOver.length) {
      const colour = panel.traces.length > 1 ? trace.colour : ink.over
      drawTrace(pen, v, panel, trace, v.piecesOver, v.shift, { colour, width: 1.1, dash: [4, 2], alpha: 0.9 })
    }
    drawTrace(pen, v, panel, trace, v.pieces, 0, { colour: trace.colour, width: 1.25, dash: [], alpha: 1 })
  }
}

// how many rows in view have no value: from afar a short hole is too narrow to be seen
function missingIn(v, panel) {
  const [block] = v.pieces[0]
  const count = panel.traces.reduce((sum, trace) => sum + (block.traces.get(trace.name)?.missing || 0), 0)
  return count && panel.traces.length === 1 ? ` · ${grouped(count)} without a value` : ""
}

function drawHead(pen, v, panel) {
  const ink = v.header.ink
  const note = panel.note + missingIn(v, panel)
  const { top, height } = panel
  const room = v.left - 46
  const dot = panel.title.indexOf(".")
  // a name that does not fit stands on two lines: what is measured, then the board
  const split = dot > 0 && pen.measure(panel.title, 12, 600) > room && !panel.title.includes("(")
  const lines = split ? [panel.title.slice(dot + 1), panel.title.slice(0, dot), note] : [panel.title, note]
  lines.forEach((text, place) => {
    const [size, weight] = place ? [11, 400] : [12, 600]
    if (15 * place + 13 <= height) pen.text(fitted(pen, text, room, size, weight), 0, top + 13 + 15 * place, place ? ink.quiet : ink.text, { size, weight })
  })
  if (!panel.ends) return
  const [low, high] = panel.ends
  if (low === high) return pen.text(valueText(low, 0), v.left - 5, top + height / 2 + 4, ink.quiet, { size: 10, align: "right" })
  const options = { size: 10, align: "right" }
  pen.text(valueText(high, high - low), v.left - 5, top + 9, ink.quiet, options)
  pen.text(valueText(low, high - low), v.left - 5, top + height - 1, ink.quiet, options)
}
