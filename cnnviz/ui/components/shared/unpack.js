// Reads what packing.py wrote: {header, array(name) -> {shape, values: Float32Array | Uint8Array}}.
function unpack(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const decoded = new Map();
  const array = (name) => {
    const entry = header.arrays[name];
    if (!entry) return null;
    if (!decoded.has(name)) {
      const count = entry.shape.reduce((product, size) => product * size, 1);
      const start = bytes.byteOffset + 4 + length + entry.offset;
      if (entry.kind === "uint8") {
        decoded.set(name, { shape: entry.shape, values: new Uint8Array(bytes.buffer.slice(start, start + count)) });
      } else {
        const integers = new Int16Array(bytes.buffer.slice(start, start + 2 * count));
        const values = new Float32Array(count);
        for (let i = 0; i < count; i++) values[i] = integers[i] * entry.scale;
        decoded.set(name, { shape: entry.shape, values });
      }
    }
    return decoded.get(name);
  };
  return { header, array };
}

// Small arrays arrive as the four bytes of each float.
function floats(entry) {
  if (!entry) return null;
  return entry.values instanceof Uint8Array ? new Float32Array(entry.values.buffer) : entry.values;
}
