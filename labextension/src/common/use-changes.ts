import type { ISignal } from '@lumino/signaling';
import { useEffect, useState } from 'react';

/** Render again whenever a signal is emitted. */
export function useChanges(signal: ISignal<unknown, unknown>): void {
  const [, again] = useState(0);
  useEffect(() => {
    const hear = () => again(count => count + 1);
    signal.connect(hear);
    return () => void signal.disconnect(hear);
  }, [signal]);
}
