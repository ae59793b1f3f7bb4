// What the desk holds: the arrays that were sent, and where a row lies in both programs and on both paths.
const TYPES = {
  seconds: Float64Array, read: Float32Array, against: Float32Array, by: Float32Array, sure: Float32Array, plan: Float32Array,
  shade: Uint8Array, rapid: Uint8Array, planRapid: Uint8Array, kind: Uint8Array, shown0: Uint8Array, shown1: Uint8Array,
}
const SAME = 0
const CHANGED = 1

const make = (tag, className = "", text = null) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== null) node.textContent = text
  return node
}

const press = (text, title, act) => {
  const button = make("button", "", text)
  button.type = "button"
  button.title = title
  button.onclick = act
  return button
}

function unpackDesk(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const start = Math.ceil((4 + length) / 8) * 8
  const found = { ...header }
  for (const [name, [place, size]] of Object.entries(header.arrays)) {
    const Type = TYPES[name] || Int32Array
    found[name] = new Type(bytes.slice(start + place, start + place + size * Type.BYTES_PER_ELEMENT).buffer)
  }
  found.rows = found.seconds.length
  found.stepOf = [new Int32Array(header.lines[0].length).fill(-1), new Int32Array(header.lines[1].length).fill(-1)]
  for (let i = 0; i < found.kind.length; i++) {
    if (found.first[i] >= 0) found.stepOf[0][found.first[i]] = i
    if (found.second[i] >= 0) found.stepOf[1][found.second[i]] = i
  }
  found.blocks = blocksOf(found.kind)
  return found
}

// stretches of steps that differ: their first step and the one after the last
function blocksOf(kind) {
  const found = []
  for (let i = 0; i < kind.length; i++) {
    if (kind[i] === SAME) continue
    const start = i
    while (i < kind.length && kind[i] !== SAME) i++
    found.push([start, i])
  }
  return found
}

function stepAt(d, row) {
  const own = d.lineOfRow1[row]
  if (own >= 0) return d.stepOf[1][own]
  const other = d.lineOfRow0[row]
  return other >= 0 ? d.stepOf[0][other] : -1
}

// between two rows on the straight line; null where a position is not known
function between(positions, row) {
  const low = Math.floor(row)
  const high = Math.min(low + 1, positions.length / 3 - 1)
  const share = row - low
  const at = axis => (share < 1e-6 ? positions[3 * low + axis] : positions[3 * low + axis] * (1 - share) + positions[3 * high + axis] * share)
  const found = [at(0), at(1), at(2)]
  return found.every(Number.isFinite) ? found : null
}

const mm = value => (Number.isFinite(value) ? `${value < 0.995 ? value.toFixed(2) : value < 99.5 ? value.toFixed(1) : value.toFixed(0)} mm` : "–")
const clock = seconds => (seconds < 60 ? `${seconds.toFixed(1)} s` : `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(1).padStart(4, "0")} min`)
