// Values under the cursor: in the gutter beside each panel, in a line of text, and in a table between A and B.
function valueAt(v, trace, row, parts) {
  for (const [block, first, last] of parts) {
    const own = block.traces.get(trace.name)
    if (!own || row < first - 1 || row > last + 1 || !own.values.length) continue
    if (!own.rows) {
      const value = own.values[Math.round(row) - block.first]
      if (value !== undefined) return { value: scaled(v, trace, value), exact: true }
      continue
    }
    // of a thinned trace the range within a pixel is told, not a point that happens to be there
    const half = Math.max((v.span[1] - v.span[0]) / v.plot, block.each / 2)
    const [begin, end] = placesBetween(block, own, row - half, row + half)
    let [low, high] = [Infinity, -Infinity]
    for (let i = begin; i < end; i++) {
      const value = scaled(v, trace, own.values[i])
      if (value < low) low = value
      if (value > high) high = value
    }
    return low > high ? { value: NaN, exact: false } : { value: (low + high) / 2, low, high, exact: false }
  }
  return null
}

function readingText(found, range) {
  if (!found) return "–"
  if (found.exact || found.low === undefined || found.low === found.high) return valueText(found.value, range)
  return `${valueText(found.low, range)} … ${valueText(found.high, range)}`
}

const rangeOf = panel => panel.limits[1] - panel.limits[0]

// what the gutter shows: the cursor's values, else the change from A to B
function gutterText(v, panel, trace) {
  if (v.cursor !== null) return readingText(valueAt(v, trace, v.cursor, v.pieces), rangeOf(panel))
  const [a, b] = [v.a, v.b].map(row => (row === null ? null : valueAt(v, trace, row, v.pieces)))
  if (a && b) return `Δ ${valueText(b.value - a.value, rangeOf(panel))}`
  return ""
}

function drawGutters(pen, v) {
  const ink = v.header.ink
  const x = v.left + v.plot + 8
  const width = v.right - 10
  for (const panel of v.panels) {
    const named = panel.traces.length > 1
    const pitch = named ? Math.max(Math.min(15, panel.height / panel.traces.length), 10) : 15
    panel.traces.forEach((trace, place) => {
      const y = panel.top + 13 + place * pitch
      if (y > panel.top + panel.height) return
      const text = gutterText(v, panel, trace)
      if (named) {
        pen.rect(x, y - 6, 9, 3, trace.colour)
        const room = width - 14 - (text ? pen.measure(text, 11) + 6 : 0)
        pen.text(fitted(pen, trace.short, room, 10.5), x + 13, y, ink.quiet, { size: 10.5 })
        pen.text(text, x + width, y, ink.text, { size: 11, align: "right" })
      } else {
        const size = pen.measure(text, 13, 600) > width ? 10.5 : 13
        pen.text(fitted(pen, text, width, size, 600), x, y, ink.text, { size, weight: 600 })
        if (v.cursor !== null && v.piecesOver.length && panel.height > 32) {
          const found = valueAt(v, trace, v.cursor - v.shift, v.piecesOver)
          pen.text(fitted(pen, readingText(found, rangeOf(panel)), width), x, y + 15, ink.over)
        }
      }
    })
  }
}

function drawCursors(pen, v) {
  const ink = v.header.ink
  for (const [row, name] of [[v.a, "A"], [v.b, "B"]]) {
    if (row === null || row < v.span[0] || row > v.span[1]) continue
    const x = xOf(v, row)
    pen.line([x, v.rulerTop, x, v.bottom], ink.mark, 1.5)
    pen.rect(x - 7, v.rulerTop - 1, 14, 14, ink.mark)
    pen.text(name, x, v.rulerTop + 10, ink.page, { size: 11, weight: 700, align: "center" })
  }
  if (v.cursor === null || v.cursor < v.span[0] || v.cursor > v.span[1]) return
  const x = xOf(v, v.cursor)
  pen.line([x, v.rulerTop + 14, x, v.bottom], ink.text, 1, v.pinned === null ? [] : [5, 3], 0.7)
  for (const panel of v.panels) {
    for (const trace of panel.traces) {
      const found = valueAt(v, trace, v.cursor, v.pieces)
      if (!found || Number.isNaN(found.value)) continue
      const [low, high] = panel.limits
      const y = panel.top + panel.height - 2 - ((found.value - low) / (high - low)) * (panel.height - 4)
      if (y >= panel.top && y <= panel.top + panel.height) pen.rect(x - 2.5, y - 2.5, 5, 5, trace.colour)
    }
  }
}

function laneTexts(v, row) {
  return lanesNow(v).map(lane => {
    const place = lower(lane.last, row)
    const here = place < lane.first.length && lane.first[place] <= row
    const many = here && lane.merged[place] > 1
    const text = !here || lane.code[place] < 0 ? "none" : many ? `${lane.merged[place]} of them` : lane.texts[lane.code[place]]
    return { lane, text, kind: here && lane.code[place] >= 0 ? lane.kinds[lane.code[place]] : "none" }
  })
}

const WORDS = { right: "right", near: "within a row of right", wrong: "not the true line" }

function statusText(v) {
  const row = v.cursor
  if (row !== null) {
    const parts = [`row ${grouped(row)}`, timeText(secondsAt(v.knots, row))]
    for (const { lane, text, kind } of laneTexts(v, row)) {
      if (lane.name === "line") parts.push(text === "none" ? "no line" : text)
      if (lane.name === "read" && text !== "none") parts.push(`read ${text}${WORDS[kind] ? `, ${WORDS[kind]}` : ""}`)
      if (lane.name === "operation" && text !== "none") parts.push(text)
    }
    return parts.join(" · ")
  }
  const [first, last] = [Math.max(Math.round(v.span[0]), 0), Math.min(Math.round(v.span[1]), v.header.rows) - 1]
  const length = secondsAt(v.knots, last) - secondsAt(v.knots, first)
  return `rows ${grouped(first)} to ${grouped(last)} of ${grouped(v.header.rows)} · ${timeText(length, 0.1)}`
}

function deltaText(v) {
  if (v.a === null && v.b === null) return ""
  const at = (name, row) => (row === null ? "" : `${name} row ${grouped(row)}, ${timeText(secondsAt(v.knots, row))}`)
  const parts = [at("A", v.a), at("B", v.b)].filter(Boolean)
  if (v.a !== null && v.b !== null) {
    const seconds = secondsAt(v.knots, v.b) - secondsAt(v.knots, v.a)
    parts.push(`Δ ${valueText(v.b - v.a, 0)} rows, ${timeText(seconds)}`)
  }
  return parts.join(" · ")
}

function fillTable(v, holder) {
  holder.hidden = v.a === null || v.b === null
  if (holder.hidden) return
  const table = make("table", "between")
  const head = make("tr")
  for (const title of ["Channel", "A", "B", "B − A", "Unit"]) head.append(make("th", "", title))
  table.append(head)
  for (const panel of v.panels) {
    for (const trace of panel.traces) {
      const range = rangeOf(panel)
      const [a, b] = [v.a, v.b].map(row => valueAt(v, trace, row, v.pieces) || valueAt(v, trace, row, [[v.whole, 0, v.header.rows]]))
      const row = make("tr")
      row.append(make("td", "", trace.label), make("td", "", readingText(a, range)), make("td", "", readingText(b, range)))
      row.append(make("td", "", a && b ? valueText(b.value - a.value, range) : "–"), make("td", "unit", trace.unit))
      table.append(row)
    }
  }
  holder.replaceChildren(table)
}
