package io.millrace.standalone;

import io.millrace.standalone.process.ClusterService.Kind;
import picocli.CommandLine.Command;

@Command(name = "ingress", description = "Run one service of a cluster: HTTP face.")
final class IngressCommand extends ServiceCommand {

  IngressCommand() {
    super(Kind.INGRESS);
  }
}
