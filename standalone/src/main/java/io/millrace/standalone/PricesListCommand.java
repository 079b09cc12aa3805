package io.millrace.standalone;

import io.millrace.bootstrap.ConfigLoader;
import io.millrace.dispatcher.PriceCatalogue;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.ModelCapabilities;
import io.millrace.schemas.config.PriceConfig;
import io.millrace.standalone.client.Table;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "list",
    description = "Show the prices that ship, and those of a configuration on top of them.")
final class PricesListCommand implements Callable<Integer> {

  @Option(names = "--provider", paramLabel = "NAME", description = "Only this provider's models.")
  private Optional<String> provider = Optional.empty();

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration whose prices count too.")
  private Optional<Path> config = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    var table =
        new Table(
            "provider",
            "model",
            "from",
            ">input",
            ">output",
            ">cached",
            ">write",
            ">write 1h",
            ">batch in",
            ">batch out",
            ">long above",
            ">window",
            ">output max",
            "can");
    catalogue().all().stream()
        .filter(price -> provider.isEmpty() || provider.get().equals(price.provider()))
        .forEach(price -> row(table, price));
    PrintWriter out = spec.commandLine().getOut();
    out.print(table.text("no prices"));
    out.flush();
    return 0;
  }

  private PriceCatalogue catalogue() {
    return config
        .map(file -> new ConfigLoader(System.getenv()).read(file, MillraceConfig.class))
        .map(read -> PriceCatalogue.shipped().with(read.prices()))
        .orElseGet(PriceCatalogue::shipped);
  }

  private static void row(Table table, PriceConfig price) {
    var longContext = price.longContext();
    table.row(
        price.provider(),
        price.model(),
        price.validFrom().toString(),
        usd(price.inputUsdPerMTok()),
        usd(price.outputUsdPerMTok()),
        usd(price.cachedInputUsdPerMTok()),
        usd(price.cacheWriteUsdPerMTok()),
        usd(price.cacheWriteLongUsdPerMTok()),
        usd(price.batchInputUsdPerMTok()),
        usd(price.batchOutputUsdPerMTok()),
        longContext == null
            ? ""
            : "%d: %s/%s"
                .formatted(
                    longContext.aboveTokens(),
                    usd(longContext.inputUsdPerMTok()),
                    usd(longContext.outputUsdPerMTok())),
        price.contextWindow() == 0 ? "" : Integer.toString(price.contextWindow()),
        price.outputMax() == 0 ? "" : Integer.toString(price.outputMax()),
        words(price.capabilities()));
  }

  private static String usd(@Nullable BigDecimal amount) {
    return amount == null ? "" : amount.toPlainString();
  }

  /** What it can, then what it cannot with a minus; what is unknown is left out. */
  private static String words(ModelCapabilities can) {
    return (word("tools", can.tools())
            + word("vision", can.vision())
            + word("schema", can.jsonSchema())
            + word("reasoning", can.reasoning())
            + word("audio", can.audio())
            + word("files", can.files()))
        .strip();
  }

  private static String word(String name, @Nullable Boolean can) {
    return can == null ? "" : (can ? " " : " -") + name;
  }
}
