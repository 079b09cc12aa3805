package io.millrace.standalone;

import io.millrace.standalone.process.ClusterService.Kind;
import picocli.CommandLine.Command;

@Command(
    name = "workers",
    description = "Run one service of a cluster: calls of providers and callback URLs.")
final class WorkersCommand extends ServiceCommand {

  WorkersCommand() {
    super(Kind.WORKERS);
  }
}
