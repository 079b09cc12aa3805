package io.millrace.standalone;

import picocli.CommandLine.Command;

@Command(
    name = "prices",
    description = "Show the price catalogue, or make prices from a LiteLLM price file.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {PricesListCommand.class, PricesImportCommand.class})
final class PricesCommand {}
