// Rows, seconds and values as text, and where ticks stand.
const STEPS = [1, 2, 5]

function niceStep(range, most) {
  const rough = range / Math.max(most, 1)
  const power = 10 ** Math.floor(Math.log10(rough))
  for (const step of STEPS) if (step * power >= rough) return step * power
  return 10 * power
}

const grouped = number => Math.round(number).toLocaleString("en-GB")

function valueText(value, spread) {
  if (value === null || value === undefined) return "–"
  if (Number.isNaN(value)) return "no value"
  const size = Math.abs(value)
  if (size && (size >= 1e6 || size < 1e-4)) return value.toExponential(2).replace("-", "−")
  const scale = spread > 0 ? spread : size || 1
  const digits = Math.max(0, Math.min(6, 2 - Math.floor(Math.log10(scale))))
  return trimmed(value.toFixed(digits)).replace("-", "−")
}

const trimmed = text => (text.includes(".") ? text.replace(/\.?0+$/, "") : text)

function timeText(seconds, step = 0.01) {
  const sign = seconds < 0 ? "−" : ""
  const whole = Math.abs(seconds)
  if (whole < 600) return `${sign}${whole.toFixed(step >= 1 ? 0 : step >= 0.1 ? 1 : 2)} s`
  const h = Math.floor(whole / 3600)
  const m = Math.floor((whole % 3600) / 60)
  const s = (whole % 60).toFixed(step >= 1 ? 0 : 1)
  const clock = `${String(m).padStart(h ? 2 : 1, "0")}:${s.padStart(step >= 1 ? 2 : 4, "0")}`
  return sign + (h ? `${h}:${clock}` : clock)
}

// seconds of a row, and the row of a time: straight lines between the knots that Python sent
function secondsAt(knots, row) {
  const { rows, seconds } = knots
  const n = rows.length
  if (!n) return 0
  const place = Math.min(Math.max(lower(rows, row), 1), n - 1)
  if (n === 1 || rows[place] === rows[place - 1]) return seconds[0]
  const share = (row - rows[place - 1]) / (rows[place] - rows[place - 1])
  return seconds[place - 1] + Math.max(0, Math.min(1, share)) * (seconds[place] - seconds[place - 1])
}

function rowAt(knots, time) {
  const { rows, seconds } = knots
  const place = Math.min(Math.max(lower(seconds, time), 1), rows.length - 1)
  const step = seconds[place] - seconds[place - 1]
  return rows[place - 1] + (step > 0 ? (time - seconds[place - 1]) / step : 0) * (rows[place] - rows[place - 1])
}
