package io.millrace.standalone;

import io.millrace.bootstrap.ConfigException;
import io.millrace.standalone.client.CommandException;
import io.millrace.standalone.client.RefusedException;
import java.io.IOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code millrace} command. */
@Command(
    name = "millrace",
    mixinStandardHelpOptions = true,
    version = "millrace 0.1.0",
    description = "An event-driven, asynchronous broker for LLM requests.",
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      UpCommand.class,
      SubmitCommand.class,
      GetCommand.class,
      TailCommand.class,
      CancelCommand.class,
      SpendCommand.class,
      BudgetsCommand.class,
      PricesCommand.class,
      CallbackSecretCommand.class,
      SimulatorCommand.class,
      BenchCommand.class,
      IngressCommand.class,
      DispatcherCommand.class,
      WorkersCommand.class,
      AccountingCommand.class
    })
public final class Main {

  private static final int EXIT_CODE_FAILED = 1;

  private Main() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((failure, command, parsed) -> explain(failure, command));
  }

  /** One line that says what to do about it; a stack trace is for what should not happen. */
  private static int explain(Exception failure, CommandLine command) {
    var err = command.getErr();
    return switch (failure) {
      case ConfigException e -> {
        err.println("millrace: " + e.getMessage());
        yield CommandException.USAGE;
      }
      case CommandException e -> {
        err.println("millrace: " + e.getMessage());
        yield e.exitCode();
      }
      case RefusedException e -> {
        err.println("millrace: " + e.getMessage());
        yield EXIT_CODE_FAILED;
      }
      case IOException e -> {
        err.println("millrace: " + (e.getMessage() == null ? e.toString() : e.getMessage()));
        yield CommandException.GIVEN_UP;
      }
      default -> {
        failure.printStackTrace(err);
        yield EXIT_CODE_FAILED;
      }
    };
  }
}
