package io.millrace.standalone;

import io.millrace.standalone.client.ServerOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "get", description = "Show a request: its status and, when it is done, its result.")
final class GetCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID", description = "Id of the request.")
  private String id = "";

  @Mixin private ServerOptions server = new ServerOptions();

  @Override
  public Integer call() throws Exception {
    try (var client = server.client()) {
      System.out.println(client.pretty(client.get("/v1/requests/" + RequestIds.checked(id))));
      return 0;
    }
  }
}
