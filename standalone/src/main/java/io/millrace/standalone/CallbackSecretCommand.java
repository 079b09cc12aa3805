package io.millrace.standalone;

import io.millrace.standalone.client.CommandException;
import io.millrace.standalone.process.Credentials;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "callback-secret",
    description = "Show the secret, made at the first start, that signs an account's callbacks.")
final class CallbackSecretCommand implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      paramLabel = "ACCOUNT",
      description = "Default: ${DEFAULT-VALUE}.",
      defaultValue = Credentials.DEFAULT_ACCOUNT)
  private String account = Credentials.DEFAULT_ACCOUNT;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "Data folder. Default: ${DEFAULT-VALUE}.",
      defaultValue = ".millrace")
  private Path data = Path.of(".millrace");

  @Override
  public Integer call() {
    var secrets = Credentials.callbackSecrets(data);
    var secret = secrets.get(account);
    if (secret == null) {
      throw new CommandException(
          CommandException.USAGE,
          "%s keeps no callback secret for %s; it keeps those of %s"
              .formatted(data, account, secrets.keySet()));
    }
    System.out.println(secret);
    return 0;
  }
}
