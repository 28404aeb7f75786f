/** Another process, as the vendor is: serves the file named on the command line and tells its port on a line. */
const body = await Bun.file(process.argv[2] ?? '').bytes();
const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body) });
process.stdout.write(`${server.port}\n`);
