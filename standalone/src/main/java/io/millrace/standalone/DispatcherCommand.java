package io.millrace.standalone;

import io.millrace.standalone.process.ClusterService.Kind;
import picocli.CommandLine.Command;

@Command(name = "dispatcher", description = "Run one service of a cluster: decisions.")
final class DispatcherCommand extends ServiceCommand {

  DispatcherCommand() {
    super(Kind.DISPATCHER);
  }
}
