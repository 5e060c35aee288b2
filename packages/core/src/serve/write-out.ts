/** Writes to a stream and says whether it got there: whoever should read it may have gone, or the disk may be full. */
export const writeOut = (stream: NodeJS.WriteStream, text: string): Promise<boolean> =>
  new Promise((resolve) => {
    stream.on('error', () => resolve(false));
    stream.write(text, (error) => resolve(!error));
  });
