package io.millrace.standalone;

import io.millrace.standalone.client.ServerOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "cancel", description = "Cancel a request, waiting or running.")
final class CancelCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID", description = "Id of the request.")
  private String id = "";

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    try (var client = server.client()) {
      var path = "/v1/requests/" + RequestIds.checked(id) + "/cancel";
      System.out.println(client.pretty(client.post(path)));
      return 0;
    }
  }
}
