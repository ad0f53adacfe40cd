import process from "node:process";

/** Writes to standard output, and waits until all of it is out. A reader that has enough, as `head`, is no error. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text);
}

/** Writes to standard error. */
export function complain(text: string): Promise<void> {
  return write(process.stderr, text);
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const done = (error?: Error | null) => {
      const broken = (error as NodeJS.ErrnoException | null | undefined)?.code === "EPIPE";
      if (error == null || broken) resolve();
      else reject(error);
    };
    // An error comes as an event too, after the call.
    stream.once("error", done);
    stream.write(text, (error) => {
      if (error == null) stream.off("error", done);
      done(error);
    });
  });
}
