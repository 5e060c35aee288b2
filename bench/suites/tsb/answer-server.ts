// A server of its own process that gives every POST the same answer, over bare sockets: it must be faster than any client.
import { createServer } from 'node:net';

const body = JSON.stringify({ signature: Buffer.alloc(256, 7).toString('base64') });
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: keep-alive\r\n\r\n${body}`,
);

/** Bytes of the request at the start of `text`, or 0 when it has not arrived whole. Heads and bodies here are ASCII. */
function requestLength(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  if (head < 0) return 0;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length >= head + 4 + length ? head + 4 + length : 0;
}

const server = createServer({ noDelay: true }, (socket) => {
  let waiting = '';
  socket.on('error', () => socket.destroy());
  socket.on('data', (data) => {
    waiting += data.toString('latin1');
    for (let length = requestLength(waiting); length > 0; length = requestLength(waiting)) {
      waiting = waiting.slice(length);
      socket.write(answer);
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address ? address.port : 0);
});
process.on('disconnect', () => process.exit());
