// The bytes from Python: a header in JSON, then the arrays that it points into. Blocks that came before are kept.
const keptBlocks = new Map()
const MOST_KEPT = 12

function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)))
  const start = Math.ceil((4 + length) / 8) * 8
  const array = (Type, ref) =>
    ref && new Type(bytes.slice(start + ref[0], start + ref[0] + ref[1] * Type.BYTES_PER_ELEMENT).buffer)
  for (const [key, block] of Object.entries(header.blocks)) keep(key, opened(block, array))
  return header
}

function keep(key, block) {
  keptBlocks.delete(key)
  keptBlocks.set(key, block)
  while (keptBlocks.size > MOST_KEPT) keptBlocks.delete(keptBlocks.keys().next().value)
}

function opened(block, array) {
  const traces = new Map()
  for (const trace of block.traces) {
    traces.set(trace.name, {
      ...trace,
      rows: array(Uint32Array, trace.rows),
      values: array(Float32Array, trace.values),
      holes: array(Uint32Array, trace.holes),
      stuck: array(Uint32Array, trace.stuck),
    })
  }
  const lanes = block.lanes.map(lane => {
    const first = array(Uint32Array, lane.first)
    const last = first.map((_, i) => (i + 1 < first.length ? first[i + 1] - 1 : lane.end))
    const merged = lane.merged ? array(Uint32Array, lane.merged) : new Uint32Array(first.length).fill(1)
    return { ...lane, first, last, merged, code: array(Int16Array, lane.code) }
  })
  const knots = { rows: array(Uint32Array, block.knots.rows), seconds: array(Float64Array, block.knots.seconds) }
  return { ...block, traces, lanes, knots }
}

// the first place in an ascending array whose value is not below the wanted one
function lower(array, wanted) {
  let low = 0
  let high = array.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (array[middle] < wanted) low = middle + 1
    else high = middle
  }
  return low
}

const rowOf = (block, trace, place) => (trace.rows ? trace.rows[place] : block.first + place)

// places of a trace's points between two rows, one more at either side so that the line reaches the edge
function placesBetween(block, trace, first, last) {
  const n = trace.values.length
  const at = row => (trace.rows ? lower(trace.rows, row) : Math.max(0, Math.min(n, Math.ceil(row - block.first))))
  return [Math.max(at(first) - 1, 0), Math.min(at(last) + 1, n)]
}
