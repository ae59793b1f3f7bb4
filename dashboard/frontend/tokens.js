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

function cellOf(cell, onPin) {
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
    node.dataset.ref = cell.ref
    if (cell.verdict === "given") node.dataset.given = ""
    node.setAttribute("aria-label", [cell.label, cell.says].filter(Boolean).join(", "))
    const others = cell.alternatives.map(([text, share]) => `${text}  ${percent(share)}`)
    node.title = [...others, "", cell.short].join("\n")
    node.onclick = () => onPin(cell.ref)
  }
  return node
}

function tableOf(data, onPin) {
  const table = make("table")
  table.setAttribute("aria-label", data.label)
  const body = make("tbody")
  data.rows.forEach(row => {
    const tr = make("tr", row.kind)
    const head = make("th", "row", row.name)
    head.scope = "row"
    head.append(make("small", "", row.note))
    tr.append(head)
    row.cells.forEach((cell, c) => {
      const first = data.words[c] !== data.words[c - 1]
      const last = data.words[c] !== data.words[c + 1]
      const td = make("td", `${first ? "word" : ""} ${last ? "last" : ""}`)
      td.append(cellOf(cell, onPin))
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
  heads.append(make("h5", "", "What each head said"))
  cell.heads.filter(head => !head.digit).forEach(head => heads.append(headOf(head)))
  const digits = cell.heads.filter(head => head.digit)
  if (digits.length) heads.append(digitsOf(digits))
  detail.append(alternatives, heads)
  return detail
}

function headOf(head) {
  const box = make("div", "head")
  box.append(make("span", "name", head.name))
  const bars = make("div")
  head.classes.forEach(([text, share, chosen, isTrue]) => {
    bars.append(lineOf(text, share, `${chosen ? "chosen" : ""} ${isTrue ? "true" : ""}`))
  })
  box.append(bars)
  return box
}

// a column a digit, a row a value: the darker, the more probable
function digitsOf(heads) {
  const box = make("div", "digits")
  heads.forEach(head => {
    const column = make("div", "digit")
    const said = head.classes.find(each => each[2]) || head.classes.reduce((a, b) => (b[1] > a[1] ? b : a))
    column.append(make("span", "name", head.name.replace("digit ", "digit\u00a0")), make("b", "", percent(said[1])))
    head.classes.forEach(([text, share, chosen, isTrue]) => {
      const value = make("span", `value${chosen ? " chosen" : ""}${isTrue ? " true" : ""}`, text)
      value.style.setProperty("--share", `${Math.round(100 * share)}%`)
      value.title = `${text}  ${percent(share)}${isTrue ? ", true" : ""}${chosen ? ", chosen" : ""}`
      column.append(value)
    })
    box.append(column)
  })
  return box
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".tokens")
  const cells = new Map(data.rows.flatMap(row => row.cells).filter(cell => cell?.ref).map(cell => [cell.ref, cell]))
  const open = ref => {
    root.querySelectorAll("button.cell").forEach(button => {
      button.setAttribute("aria-pressed", String(button.dataset.ref === ref))
    })
    root.querySelector(".detail")?.remove()
    if (cells.has(ref)) root.append(detailOf(cells.get(ref)))
  }
  // the browser opens a token at once; the page follows, and an answer to an earlier click does not close a later one
  const waiting = pinned.get(parentElement) || []
  pinned.set(parentElement, waiting)
  const pin = ref => {
    open(ref)
    waiting.push(ref)
    setTriggerValue("pick", ref)
  }
  const step = event => {
    const buttons = [...root.querySelectorAll("button.cell")]
    const at = buttons.indexOf(event.target.closest("button.cell"))
    const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (at < 0 || !move || !buttons[at + move]) return
    event.preventDefault()
    event.stopPropagation()
    buttons[at + move].focus()
    pin(buttons[at + move].dataset.ref)
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
  const focused = root.getRootNode().activeElement?.dataset?.ref
  root.replaceChildren(scroll)
  root.onkeydown = step
  waiting.splice(0, waiting.indexOf(data.pinned) + 1)
  const last = waiting.at(-1)
  open(last && cells.has(last) ? last : data.pinned)
  if (focused) root.querySelector(`button.cell[data-ref="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true })
}
