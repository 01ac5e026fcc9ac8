/** Preloaded into the bot: reports what holds for its whole process, when asked. */
process.on('message', () => {
	const resolved = require.resolve('@sapphire/framework', { paths: [process.cwd()] });
	const { ApplicationCommandRegistries, container } = require(resolved);
	process.send({
		container: Object.keys(container).sort(),
		stores: [...container.stores.keys()].sort(),
		pieces: [...container.stores.values()].flatMap((store) => [...store.keys()]).sort(),
		signals: ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection'].map((name) => [name, process.listenerCount(name)]),
		globals: Object.getOwnPropertyNames(globalThis).sort(),
		registries: [
			ApplicationCommandRegistries.getDefaultGuildIds() ?? null,
			ApplicationCommandRegistries.getDefaultBehaviorWhenNotIdentical()
		]
	});
});
process.channel.unref();
