// The token table: lines as rows, tokens in columns; a click (or the arrow keys) shows what else the model considered.
const pinned = new WeakMap()
const watched = new WeakMap()

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const percent = share => {
  if (share >= 0.9995 && share < 1) return "> 99.9 %"
  if (share > 0 && share < 0.0005) return "< 0.1 %"
  return `${(100 * share).toFixed(1)} %`
}

const bar = share => {
  const track = make("span", "bar")
  const fill = make("i")
  fill.style.width = `${100 * share}%`
  track.append(fill)
  return track
}

function cellOf(cell, place, onPin) {
  if (!cell) {
    const empty = make("div", "cell nothing")
    empty.append(make("span", "text", "–"))
    return empty
  }
  const off = cell.verdict === "differs" || cell.verdict === "missing" || cell.verdict === "extra"
  const node = make(cell.alternatives ? "button" : "div", `cell ${cell.kind}${off ? " off" : ""}${cell.text ? "" : " nothing"}`)
  node.append(make("span", "text", cell.text || "–"))
  if (cell.confidence !== undefined && cell.confidence !== null) {
    node.append(bar(cell.confidence), make("span", "share", percent(cell.confidence)))
  }
  if (cell.says) node.append(make("span", "says", cell.says))
  if (cell.changed) node.append(make("span", "changed", cell.changed))
  if (cell.alternatives) {
    node.type = "button"
    node.dataset.place = place
    node.setAttribute("aria-label", cell.label)
    node.title = cell.alternatives.map(([text, share]) => `${text}  ${percent(share)}`).join("\n")
    node.onclick = () => onPin(place)
  }
  return node
}

function tableOf(data, onPin) {
  const table = make("table")
  table.setAttribute("aria-label", data.label)
  const body = make("tbody")
  data.rows.forEach((row, r) => {
    const tr = make("tr", row.kind)
    const head = make("th", "row", row.name)
    head.scope = "row"
    head.append(make("small", "", row.note))
    tr.append(head)
    row.cells.forEach((cell, c) => {
      const first = data.words[c] !== data.words[c - 1]
      const last = data.words[c] !== data.words[c + 1]
      const td = make("td", `${first ? "word" : ""} ${last ? "last" : ""}`)
      td.append(cellOf(cell, `${r}:${c}`, onPin))
      tr.append(td)
    })
    body.append(tr)
  })
  table.append(body)
  return table
}

function lineOf(text, share, className) {
  const line = make("div", `line ${className}`)
  const track = make("span", "track")
  const fill = make("i")
  fill.style.width = `${100 * share}%`
  track.append(fill)
  line.append(make("code", "", text), track, make("b", "", percent(share)))
  return line
}

function detailOf(cell) {
  const detail = make("section", "detail")
  detail.setAttribute("aria-live", "polite")
  detail.append(make("h4", "", cell.title))
  const alternatives = make("div", "alternatives")
  alternatives.append(make("h5", "", "What the model considered here"))
  cell.alternatives.forEach(([text, share], index) => {
    const marks = `${index === 0 ? "chosen" : ""} ${text === cell.truth ? "true" : ""}`
    alternatives.append(lineOf(text, share, marks))
  })
  const heads = make("div", "heads")
  heads.append(make("h5", "", "How sure each head is"))
  cell.heads.forEach(([name, share]) => heads.append(lineOf(name, share, "chosen")))
  detail.append(alternatives, heads)
  return detail
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".tokens")
  const find = place => {
    const [r, c] = place.split(":").map(Number)
    const cell = data.rows[r]?.cells[c]
    return cell?.alternatives ? cell : null
  }
  const pin = place => {
    pinned.set(parentElement, place)
    root.querySelectorAll("button.cell").forEach(button => {
      button.setAttribute("aria-pressed", String(button.dataset.place === place))
    })
    root.querySelector(".detail")?.remove()
    const cell = find(place)
    if (cell) root.append(detailOf(cell))
  }
  const step = event => {
    const buttons = [...root.querySelectorAll("button.cell")]
    const at = buttons.indexOf(event.target.closest("button.cell"))
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (at < 0 || !move || !buttons[at + move]) return
    event.preventDefault()
    event.stopPropagation()
    buttons[at + move].focus()
    pin(buttons[at + move].dataset.place)
  }
  const scroll = make("div", "scroll")
  scroll.append(tableOf(data, pin))
  // a fading edge tells that there is more to the right
  const hint = () => {
    scroll.classList.toggle("more", scroll.scrollLeft + scroll.clientWidth < scroll.scrollWidth - 4)
  }
  scroll.onscroll = hint
  watched.get(parentElement)?.disconnect()
  const watch = new ResizeObserver(hint)
  watch.observe(scroll)
  watched.set(parentElement, watch)
  root.replaceChildren(scroll)
  root.onkeydown = step
  const place = pinned.get(parentElement)
  pin(place && find(place) ? place : data.pinned)
}
