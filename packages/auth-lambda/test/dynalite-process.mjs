import dynalite from 'dynalite';

// A process of its own: Vitest's conditions of import would give dynalite another module than it asks for.
const server = dynalite({ createTableMs: 0 });
server.listen(0, '127.0.0.1', () => process.send(server.address()));
process.on('disconnect', () => process.exit());
