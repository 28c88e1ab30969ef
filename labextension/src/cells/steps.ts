/** What tells Yjs that the next change is an undo step of its own; the shared interfaces hide it. */
interface IGrouped {
  undoManager?: { stopCapturing(): void } | null;
}

/** Make one undo step of a change, whatever was typed just before or after. */
export function asOneStep<T>(model: object, change: () => T): T {
  const { undoManager } = model as IGrouped;
  undoManager?.stopCapturing();
  try {
    return change();
  } finally {
    undoManager?.stopCapturing();
  }
}
