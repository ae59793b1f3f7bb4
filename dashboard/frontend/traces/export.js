// The picture as it is seen, with the cursors, as a file of the reader's own.
function exportSvg(v) {
  const pen = new SvgPen(penOn(v, v.layer), v.font)
  drawAll(pen, v)
  drawCursors(pen, v)
  drawGutters(pen, v)
  const text = pen.document(v.width, v.height, v.header.ink.page)
  save(v, new Blob([text], { type: "image/svg+xml" }), "svg")
  drawCursor(v)
}

function exportPng(v) {
  const canvas = document.createElement("canvas")
  const pen = penOn(v, canvas)
  pen.rect(0, 0, v.width, v.height, v.header.ink.page)
  drawAll(pen, v)
  drawCursors(pen, v)
  drawGutters(pen, v)
  canvas.toBlob(blob => save(v, blob, "png"))
}

function save(v, blob, ending) {
  const [first, last] = v.span.map(Math.round)
  const link = document.createElement("a")
  link.href = URL.createObjectURL(blob)
  link.download = `${v.header.name}_rows_${Math.max(first, 0)}-${Math.min(last, v.header.rows - 1)}.${ending}`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}
