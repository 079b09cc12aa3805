package io.millrace.standalone;

import io.millrace.standalone.process.SimulatorAlone;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "simulator",
    description =
        "Run the simulator alone: OpenAI's wire form under /v1, its controls under /_simulator.")
final class SimulatorCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port; 0 takes any free one. Default: ${DEFAULT-VALUE}.",
      defaultValue = "9000")
  private int port = 9000;

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "Address to listen on. Default: ${DEFAULT-VALUE}.",
      defaultValue = "127.0.0.1")
  private String host = "127.0.0.1";

  @Option(
      names = "--script",
      paramLabel = "FILE",
      description = "How it behaves, as PUT /_simulator/script takes it.")
  private Optional<Path> script = Optional.empty();

  @Override
  public Integer call() {
    return SimulatorAlone.run(host, port, script);
  }
}
