/* Stack traces as the agent should see them: without frames of the guest, and with the places of the cell that was written. */
import { locate } from './sources.mjs';

const GUEST = new URL('.', import.meta.url).href;
const CELL = /^cell-\d+\.[jt]s$/;
const { toString } = Error.prototype;

/** From then on every stack in this process is made so, also those that user code prints. */
export function installStackTraces() {
  Error.prepareStackTrace = function prepareStackTrace(error, sites) {
    try {
      return `${describe(error)}${renderAll(sites)}`;
    } catch {
      return describe(error); // user code has replaced a method that this needs
    }
  };
}

function renderAll(sites) {
  let text = '';
  for (let index = 0; index < sites.length; index++) {
    const file = sites[index].getFileName() ?? '';
    // Below the call that evaluates a cell there is only the guest.
    if (file === 'node:inspector' && isGuest(sites[index + 1])) break;
    if (file !== 'node:internal/process/task_queues' && !isGuest(sites[index]))
      text += `\n    at ${render(sites[index])}`;
  }
  return text;
}

function isGuest(site) {
  return site?.getFileName()?.startsWith(GUEST) ?? false;
}

function render(site) {
  const name = site.getScriptNameOrSourceURL() ?? '';
  const text = site.toString();
  if (!CELL.test(name)) return text;
  const [line, column] = locate(name, site.getLineNumber(), site.getColumnNumber());
  return text.replace(
    `${name}:${site.getLineNumber()}:${site.getColumnNumber()}`,
    `${name}:${line}:${column}`,
  );
}

function describe(error) {
  try {
    return toString.call(error);
  } catch {
    return 'Error';
  }
}
