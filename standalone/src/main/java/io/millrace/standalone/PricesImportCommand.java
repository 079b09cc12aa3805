package io.millrace.standalone;

import io.millrace.standalone.prices.LiteLlmFile;
import io.millrace.standalone.prices.PricesYaml;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
    name = "import",
    description =
        "Make the section prices of a configuration from a LiteLLM price file"
            + " (model_prices_and_context_window.json).")
final class PricesImportCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "The LiteLLM price file.")
  private Path file = Path.of("");

  @Option(
      names = "--output",
      paramLabel = "FILE",
      description = "Where to write the YAML. Default: standard output.")
  private Optional<Path> output = Optional.empty();

  @Option(
      names = "--provider",
      paramLabel = "NAME",
      description = "Only the models of this provider, by its name here.")
  private Optional<String> provider = Optional.empty();

  @Option(
      names = "--valid-from",
      paramLabel = "DATE",
      description = "First day of the prices, in UTC. Default: from the beginning.")
  private Optional<LocalDate> validFrom = Optional.empty();

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    var read = LiteLlmFile.read(file, validFrom.orElse(LocalDate.EPOCH));
    var prices =
        read.prices().stream()
            .filter(price -> provider.isEmpty() || provider.get().equals(price.provider()))
            .toList();
    var yaml = PricesYaml.of(prices);
    if (output.isPresent()) {
      Files.writeString(output.get(), yaml);
    } else {
      var out = spec.commandLine().getOut();
      out.print(yaml);
      out.flush();
    }
    var err = spec.commandLine().getErr();
    read.skipped().forEach(skipped -> err.println("skipped " + skipped));
    err.printf("%d prices imported, %d entries skipped%n", prices.size(), read.skipped().size());
    err.flush();
    return 0;
  }
}
