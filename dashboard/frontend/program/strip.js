// Deviation over time under the slider, its worst places numbered as on the paths. High values are drawn together by a root.
const TALL = 92
const EDGE = { left: 46, right: 12, top: 16, bottom: 18 }

const xOf = (v, row) => EDGE.left + (row / Math.max(v.data.rows - 1, 1)) * (v.stripWidth - EDGE.left - EDGE.right)
const yOf = (v, value) => TALL - EDGE.bottom - Math.sqrt(Math.max(value, 0) / v.stripTop) * (TALL - EDGE.top - EDGE.bottom)

function rowAtPointer(v, event) {
  const box = v.strip.getBoundingClientRect()
  const share = (event.clientX - box.left - EDGE.left) / (v.stripWidth - EDGE.left - EDGE.right)
  return Math.round(Math.min(Math.max(share, 0), 1) * (v.data.rows - 1))
}

function drawStripLayer(v) {
  const d = v.data
  const pen = sized(v.stripLayer, { width: v.stripWidth, height: TALL })
  const most = d.by.reduce((top, value) => (value > top ? value : top), 0)
  v.stripTop = Math.max(most, d.tolerance || 0, d.top) * 1.05
  pen.font = `11px ${v.font}`
  pen.textBaseline = "middle"
  pen.textAlign = "right"
  const levels = [0, d.top, ...[5, 20, 100, 500, 2000].filter(level => level > d.top && level < v.stripTop)]
  for (const level of levels) {
    const y = yOf(v, level)
    pen.strokeStyle = d.ink.rule
    pen.lineWidth = 1
    pen.beginPath()
    pen.moveTo(EDGE.left, y)
    pen.lineTo(v.stripWidth - EDGE.right, y)
    pen.stroke()
    pen.fillStyle = d.ink.quiet
    pen.fillText(`${level} mm`, EDGE.left - 6, y)
  }
  bars(v, pen)
  if (d.tolerance) {
    pen.strokeStyle = d.ink.text
    pen.setLineDash([5, 4])
    pen.beginPath()
    pen.moveTo(EDGE.left, yOf(v, d.tolerance))
    pen.lineTo(v.stripWidth - EDGE.right, yOf(v, d.tolerance))
    pen.stroke()
    pen.setLineDash([])
    pen.fillStyle = d.ink.text
    pen.textBaseline = "bottom"
    const words = [`tolerance of the lines ${d.tolerance} mm`, v.stripWidth - EDGE.right, Math.max(yOf(v, d.tolerance) - 3, 11)]
    pen.strokeStyle = d.ink.page
    pen.lineWidth = 4
    pen.strokeText(...words)
    pen.fillText(...words)
    pen.textBaseline = "middle"
  }
  timeTicks(v, pen)
  pen.textAlign = "center"
  d.worst.forEach((row, place) => {
    pen.fillStyle = d.ink.error
    pen.font = `600 11px ${v.font}`
    pen.fillText(String(place + 1), xOf(v, row), Math.max(yOf(v, d.by[row]) - 8, 7))
  })
  for (const found of d.found) {
    const x = xOf(v, found.row)
    pen.fillStyle = d.ink.error
    pen.beginPath()
    pen.moveTo(x, TALL - EDGE.bottom)
    pen.lineTo(x - 5, TALL - EDGE.bottom + 8)
    pen.lineTo(x + 5, TALL - EDGE.bottom + 8)
    pen.fill()
  }
}

// of all rows on one pixel the worst is drawn
function bars(v, pen) {
  const d = v.data
  const wide = Math.max((v.stripWidth - EDGE.left - EDGE.right) / d.rows, 1)
  const worst = new Map()
  for (let i = 0; i < d.rows; i++) {
    const x = Math.floor(xOf(v, i))
    if (!worst.has(x) || !(d.by[worst.get(x)] >= d.by[i])) worst.set(x, i)
  }
  for (const [x, row] of worst) {
    const known = Number.isFinite(d.by[row])
    pen.fillStyle = known ? d.scale[d.shade[row]] : d.ink.rule
    const y = known ? Math.min(yOf(v, d.by[row]), TALL - EDGE.bottom - 1.5) : TALL - EDGE.bottom - 3
    pen.fillRect(x - wide / 2, y, Math.max(wide, 1) + 0.5, TALL - EDGE.bottom - y)
  }
}

function timeTicks(v, pen) {
  const { seconds, rows, ink } = v.data
  const last = seconds[rows - 1]
  const step = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600, 7200].find(one => last / one <= 8) || Math.ceil(last / 8)
  pen.fillStyle = ink.quiet
  pen.font = `11px ${v.font}`
  pen.textAlign = "center"
  let row = 0
  for (let second = 0; second <= last; second += step) {
    while (row < rows - 1 && seconds[row] < second) row++
    pen.fillText(second ? (step >= 60 ? `${second / 60} min` : `${second} s`) : "0", xOf(v, row), TALL - 7)
  }
}

function drawStrip(v) {
  if (!v.stripWidth) return
  if (v.stripStale) {
    drawStripLayer(v)
    v.stripStale = false
  }
  const pen = sized(v.strip, { width: v.stripWidth, height: TALL })
  pen.drawImage(v.stripLayer, 0, 0, v.stripWidth, TALL)
  const x = xOf(v, v.row)
  pen.strokeStyle = v.data.ink.error
  pen.lineWidth = 1.5
  pen.beginPath()
  pen.moveTo(x, 4)
  pen.lineTo(x, TALL - EDGE.bottom + 2)
  pen.stroke()
}
