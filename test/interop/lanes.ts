/** Runs jobs at most so many at a time, in order. Each promise has the result of its job. */
export function inLanes<T>(count: number, jobs: readonly (() => Promise<T>)[]): Promise<T>[] {
  const free: (() => void)[] = [];
  let running = 0;
  return jobs.map(async (job) => {
    if (running >= count) await new Promise<void>((resolve) => free.push(resolve));
    running++;
    try {
      return await job();
    } finally {
      running--;
      free.shift()?.();
    }
  });
}
