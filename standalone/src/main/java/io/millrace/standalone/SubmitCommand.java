package io.millrace.standalone;

import io.millrace.standalone.client.ServerOptions;
import io.millrace.standalone.client.Terminal;
import io.millrace.standalone.process.Signals;
import io.millrace.standalone.submit.SubmitRun;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "submit",
    description =
        "Submit a file of OpenAI batch lines and write each result as it finishes. The same command"
            + " again goes on where it stopped.",
    exitCodeListHeading = "Exit codes:%n",
    exitCodeList = {
      "0:every line succeeded",
      "1:at least one line failed",
      "2:wrong use",
      "3:the server was away for too long",
      "130:interrupted"
    })
final class SubmitCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE.jsonl", description = "Batch lines.")
  private Path input = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "OUT.jsonl",
      description = "Where results go. Default: FILE.results.jsonl.")
  private Optional<Path> output = Optional.empty();

  @Option(names = "--again", description = "A fresh run, even of a file that was submitted before.")
  private boolean isAgain;

  @Option(
      names = "--patience",
      paramLabel = "DURATION",
      description = "How long the server may be away. Default: ${DEFAULT-VALUE}.",
      defaultValue = "PT2M")
  private Duration patience = Duration.ofMinutes(2);

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (var client = server.client()) {
      Signals.onStop(SubmitCommand::breakOff);
      return new SubmitRun(
              input,
              output.orElseGet(() -> besides(input)),
              isAgain,
              client,
              patience,
              System.err,
              Terminal.isStandardError())
          .run();
    }
  }

  static Path besides(Path input) {
    var name = input.getFileName().toString().replaceFirst("\\.jsonl$", "");
    return input.resolveSibling(name + ".results.jsonl");
  }

  /** What is done is on disk at every moment, so there is nothing to wait for. */
  private static void breakOff() {
    System.err.println();
    System.err.println("Interrupted; " + SubmitRun.howToResume() + ".");
    Runtime.getRuntime().halt(Signals.EXIT_CODE_INTERRUPTED);
  }
}
