package io.millrace.standalone;

import io.millrace.standalone.process.ClusterService;
import io.millrace.standalone.process.ClusterService.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Option;

/** What the commands that run one service of a cluster have in common. */
abstract class ServiceCommand implements Callable<Integer> {

  private final Kind kind;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      required = true,
      description = "Configuration file; names kafka.bootstrapServers and schemaRegistry.url.")
  private Path config = Path.of("");

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Where it keeps what it can do without. Default: .millrace/ and its name.")
  private Optional<Path> data = Optional.empty();

  ServiceCommand(Kind kind) {
    this.kind = kind;
  }

  @Override
  public Integer call() throws IOException {
    var folder = data.orElse(Path.of(".millrace", kind.name().toLowerCase(Locale.ROOT)));
    return new ClusterService(kind, config, folder, System.getenv()).run();
  }
}
