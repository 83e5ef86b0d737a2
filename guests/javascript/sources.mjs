/* Where a place in a script that was evaluated stands in the cell that the agent wrote. */

const scripts = new Map();

/** Notes how to find places of a script that differs from its cell. `locate(line, column)`, all from 1, returns [line, column] or null. */
export function noteScript(name, locate) {
  scripts.set(name, locate);
}

export function locate(name, line, column) {
  const find = scripts.get(name);
  return find === undefined ? [line, column] : (find(line, column) ?? [line, column]);
}

/**
 * Replaces parts of a text. An edit is {start, end, text} with offsets of the source, in order and not overlapping, and `origin` where the
 * new text stands for another place of the source. Returns the new text and a function that finds its places in the source.
 */
export function applyEdits(source, edits) {
  let text = '';
  let end = 0;
  const pieces = [];
  for (const edit of edits) {
    pieces.push({ at: text.length, source: end, isCopy: true });
    text += source.slice(end, edit.start);
    pieces.push({ at: text.length, source: edit.origin ?? edit.start, isCopy: false });
    text += edit.text;
    end = edit.end;
  }
  pieces.push({ at: text.length, source: end, isCopy: true });
  text += source.slice(end);
  const find = (line, column) => {
    const offset = toOffset(text, line, column);
    const piece = pieces.findLast(({ at }) => at <= offset);
    return toPlace(source, piece.isCopy ? piece.source + offset - piece.at : piece.source);
  };
  return { text, locate: find };
}

export function toPlace(text, offset) {
  const before = text.slice(0, offset);
  return [before.split('\n').length, offset - before.lastIndexOf('\n')];
}

function toOffset(text, line, column) {
  let start = 0;
  for (let at = 1; at < line; at++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}
