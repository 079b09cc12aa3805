package io.millrace.standalone;

import io.millrace.standalone.process.Up;
import io.millrace.standalone.process.UpOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "up",
    description =
        "Run everything on this machine: broker, registry, all services and, without providers, the"
            + " simulator. Ctrl-C stops it in order.")
final class UpCommand implements Callable<Integer> {

  @Option(names = "--config", paramLabel = "FILE", description = "Configuration file.")
  private Optional<Path> config = Optional.empty();

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where everything is kept. Default: ${DEFAULT-VALUE}.",
      defaultValue = ".millrace")
  private Path data = Path.of(".millrace");

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port of the client face; 0 takes any free one. Default: http.port or 8080.")
  private Optional<Integer> port = Optional.empty();

  @Option(
      names = "--management-port",
      paramLabel = "N",
      description = "Port of livez, readyz and metrics. Default: http.managementPort or 8090.")
  private Optional<Integer> managementPort = Optional.empty();

  @Option(
      names = "--kafka-port",
      paramLabel = "N",
      description = "Port of the broker. Default: kafka.port or 9092.")
  private Optional<Integer> kafkaPort = Optional.empty();

  @Option(
      names = "--registry-port",
      paramLabel = "N",
      description = "Port of the schema registry. Default: schemaRegistry.port or 8081.")
  private Optional<Integer> registryPort = Optional.empty();

  @Override
  public Integer call() throws IOException {
    return new Up(
            new UpOptions(Home.path(), data, config, port, managementPort, kafkaPort, registryPort),
            System.getenv())
        .run();
  }
}
