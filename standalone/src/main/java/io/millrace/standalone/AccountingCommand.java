package io.millrace.standalone;

import io.millrace.standalone.process.ClusterService.Kind;
import picocli.CommandLine.Command;

@Command(name = "accounting", description = "Run one service of a cluster: spend reports.")
final class AccountingCommand extends ServiceCommand {

  AccountingCommand() {
    super(Kind.ACCOUNTING);
  }
}
