// One way to draw, on the screen and into an SVG file, so that the exported picture is what is seen.
class CanvasPen {
  constructor(context, font) {
    this.context = context
    this.font = font
  }
  rect(x, y, w, h, fill, alpha = 1) {
    this.context.globalAlpha = alpha
    this.context.fillStyle = fill
    this.context.fillRect(x, y, w, h)
    this.context.globalAlpha = 1
  }
  // points: x, y by turns; NaN begins the line anew
  line(points, colour, width = 1, dash = [], alpha = 1) {
    const c = this.context
    c.globalAlpha = alpha
    c.strokeStyle = colour
    c.lineWidth = width
    c.lineJoin = "round"
    c.setLineDash(dash)
    c.beginPath()
    let broken = true
    for (let i = 0; i < points.length; i += 2) {
      if (Number.isNaN(points[i + 1])) broken = true
      else if (broken) {
        c.moveTo(points[i], points[i + 1])
        // a value with none beside it would not be seen
        if (i + 3 >= points.length || Number.isNaN(points[i + 3])) c.lineTo(points[i] + 1, points[i + 1])
        broken = false
      } else c.lineTo(points[i], points[i + 1])
    }
    c.stroke()
    c.setLineDash([])
    c.globalAlpha = 1
  }
  style(size, weight) {
    this.context.font = `${weight} ${size}px ${this.font}`
  }
  measure(text, size = 11, weight = 400) {
    this.style(size, weight)
    return this.context.measureText(text).width
  }
  text(text, x, y, fill, { size = 11, weight = 400, align = "left" } = {}) {
    this.style(size, weight)
    this.context.fillStyle = fill
    this.context.textAlign = align
    this.context.textBaseline = "alphabetic"
    this.context.fillText(text, x, y)
  }
  clip(x, y, w, h, draw) {
    this.context.save()
    this.context.beginPath()
    this.context.rect(x, y, w, h)
    this.context.clip()
    draw()
    this.context.restore()
  }
}

const escapeXml = text => text.replace(/[<>&"]/g, sign => ({ "<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;" })[sign])
const round2 = number => Math.round(number * 100) / 100

class SvgPen {
  constructor(measuring, font) {
    this.measuring = measuring
    this.font = font
    this.parts = []
    this.clips = 0
  }
  rect(x, y, w, h, fill, alpha = 1) {
    this.parts.push(
      `<rect x="${round2(x)}" y="${round2(y)}" width="${round2(w)}" height="${round2(h)}" fill="${fill}" fill-opacity="${alpha}"/>`)
  }
  line(points, colour, width = 1, dash = [], alpha = 1) {
    let path = ""
    let broken = true
    for (let i = 0; i < points.length; i += 2) {
      if (Number.isNaN(points[i + 1])) broken = true
      else {
        path += `${broken ? "M" : "L"}${round2(points[i])} ${round2(points[i + 1])}`
        broken = false
      }
    }
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(" ")}"` : ""
    this.parts.push(
      `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width}" stroke-opacity="${alpha}"${dashes} stroke-linejoin="round"/>`)
  }
  measure(text, size = 11, weight = 400) {
    return this.measuring.measure(text, size, weight)
  }
  text(text, x, y, fill, { size = 11, weight = 400, align = "left" } = {}) {
    const anchor = { left: "start", right: "end", center: "middle" }[align]
    this.parts.push(
      `<text x="${round2(x)}" y="${round2(y)}" fill="${fill}" font-size="${size}" font-weight="${weight}" text-anchor="${anchor}">${escapeXml(text)}</text>`)
  }
  clip(x, y, w, h, draw) {
    const id = `clip${this.clips++}`
    this.parts.push(`<clipPath id="${id}"><rect x="${x}" y="${y}" width="${w}" height="${h}"/></clipPath><g clip-path="url(#${id})">`)
    draw()
    this.parts.push("</g>")
  }
  document(width, height, ground) {
    return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escapeXml(this.font)}"><rect width="100%" height="100%" fill="${ground}"/>${this.parts.join("\n")}</svg>`
  }
}

function fitted(pen, text, width, size = 11, weight = 400) {
  if (pen.measure(text, size, weight) <= width) return text
  let low = 0
  let high = text.length
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (pen.measure(`${text.slice(0, middle)}…`, size, weight) <= width) low = middle
    else high = middle - 1
  }
  return low > 1 ? `${text.slice(0, low)}…` : ""
}

// slanted lines over a rectangle: what is there is no measurement
function hatch(pen, x, y, w, h, colour, alpha = 0.5) {
  const points = []
  const first = Math.ceil((x + y) / 7) * 7
  for (let k = first; k < x + w + y + h; k += 7) {
    const right = Math.min(x + w, k - y)
    const left = Math.max(x, k - y - h)
    if (right > left) points.push(left, k - left, right, k - right, NaN, NaN)
  }
  pen.line(points, colour, 1, [], alpha)
}
