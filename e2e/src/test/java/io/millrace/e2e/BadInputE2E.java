package io.millrace.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever comes in, on whatever call: an error in OpenAI's form that is the client's own, in time,
 * and the next client is served.
 */
@TestInstance(Lifecycle.PER_CLASS)
@Timeout(60)
class BadInputE2E {

  private static final int SOCKET_TIMEOUT_MS = 20_000;
  private static final List<String> JSON_CALLS =
      List.of(
          "/v1/chat/completions",
          "/v1/responses",
          "/v1/embeddings",
          "/v1/moderations",
          "/v1/batches",
          "/v1/batches:estimate");
  private static final List<String> BODIES =
      List.of(
          "",
          "{",
          "[]",
          "null",
          "7",
          "\"text\"",
          "{}",
          "{} {}",
          "{\"model\":null}",
          "{\"model\":7,\"input\":\"x\",\"messages\":[]}",
          "{\"model\":\"\",\"input\":\"\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
          "{\"model\":\"steady\",\"input\":{},\"messages\":{}}",
          "{\"model\":\"steady\",\"input\":[[[]]],\"messages\":[[]]}",
          "{\"model\":\"steady\",\"input\":[null],\"messages\":[null]}",
          "{\"model\":\"none\",\"input\":\"x\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}",
          "{\"model\":\"steady\",\"input\":" + "[".repeat(5_000),
          "{\"model\":\"steady\",\"input\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}",
          "{\"model\":\"steady\",\"n\":1e999,\"temperature\":1e999,\"input\":1}",
          "{\"input_file_id\":7,\"endpoint\":[],\"completion_window\":{}}",
          "{\"input_file_id\":\"file-none\",\"endpoint\":\"/v1/chat/completions\",\"completion_window\":\"24h\"}",
          "{\"a\u0000b\":\"\u0001\"}");
  private static final List<String> OBJECTS =
      List.of("/v1/requests/", "/v1/responses/", "/v1/files/", "/v1/batches/", "/v1/models/");
  private static final List<String> IDS =
      List.of(
          "x",
          "req_",
          "resp_zz",
          "file-",
          "batch_%20",
          "%00",
          "%0d%0a",
          "%ff%fe",
          "..%2f..%2fetc%2fpasswd",
          "%F0%9F%98%80",
          "req_" + "0".repeat(4_000));
  private static final List<String> LISTS =
      List.of("/v1/requests", "/v1/files", "/v1/batches", "/v1/results?batch=b");
  private static final List<String> QUERIES =
      List.of("limit=0", "limit=-1", "limit=x", "limit=99999999999999999999");

  private final SdkInstallation installation = SdkInstallation.start();
  private final Client client = installation.client(Installation.KEY);

  BadInputE2E() throws IOException {}

  @AfterAll
  void stop() {
    client.close();
    installation.close();
  }

  @AfterEach
  void shouldServeTheNextClient() {
    assertThat(client.complete(Client.chat("steady", ChatInstallation.prompt())).status())
        .isEqualTo(200);
  }

  // ---- bodies, ids and queries

  static Stream<String> jsonCalls() {
    return JSON_CALLS.stream();
  }

  @ParameterizedTest
  @MethodSource("jsonCalls")
  void shouldRefuseEveryBadBody(String path) {
    for (var body : BODIES) {
      // When
      var answer = client.post(path, body, "Content-Type", "application/json");
      // Then
      assertRefused(path + " " + shown(body), answer.status(), answer.text());
    }
  }

  @ParameterizedTest
  @MethodSource("jsonCalls")
  void shouldRefuseABodyThatIsTooLarge(String path) {
    // When
    var answer =
        client.post(path, "{\"input\":\"" + "x".repeat(SdkInstallation.BODY_BYTES_MAX) + "\"}");
    // Then
    assertThat(answer.status()).isEqualTo(413);
  }

  @Test
  void shouldFindNothingWhateverTheIdIs() {
    for (var path : OBJECTS) {
      for (var id : IDS) {
        for (var call : callsOf(path)) {
          // When
          var answer = client.send(call.getKey(), path + id + call.getValue(), "");
          // Then
          var about = call.getKey() + " " + path + shown(id) + call.getValue();
          assertRefused(about, answer.status(), answer.text());
        }
      }
    }
  }

  private static List<Map.Entry<String, String>> callsOf(String path) {
    return switch (path) {
      case "/v1/requests/" ->
          List.of(Map.entry("GET", ""), Map.entry("POST", "/cancel"), Map.entry("GET", "/events"));
      case "/v1/responses/" ->
          List.of(
              Map.entry("GET", ""),
              Map.entry("GET", "?stream=true&starting_after=3"),
              Map.entry("DELETE", ""),
              Map.entry("POST", "/cancel"),
              Map.entry("GET", "/input_items"));
      case "/v1/files/" ->
          List.of(Map.entry("GET", ""), Map.entry("DELETE", ""), Map.entry("GET", "/content"));
      case "/v1/batches/" ->
          List.of(Map.entry("GET", ""), Map.entry("POST", "/cancel"), Map.entry("POST", "/resume"));
      default -> List.of(Map.entry("GET", ""));
    };
  }

  @Test
  void shouldRefuseLimitsThatAreNone() {
    for (var list : LISTS) {
      for (var query : QUERIES) {
        // When
        var path = list + (list.contains("?") ? "&" : "?") + query;
        var answer = client.get(path);
        // Then
        assertRefused(path, answer.status(), answer.text());
        assertThat(answer.error().path("param").asText()).as(path).isEqualTo("limit");
      }
    }
  }

  @Test
  void shouldTakeNoHarmFromACursorThatIsNone() {
    for (var list : List.of("/v1/requests", "/v1/files", "/v1/batches")) {
      for (var after : List.of("x", "%00", "req_", "file-zz", "..%2f")) {
        assertThat(client.get(list + "?after=" + after).status()).as(list).isIn(200, 400, 404);
      }
    }
  }

  // ---- forms

  static Stream<List<String>> forms() {
    var end = "\r\n--b--\r\n";
    var purpose = "--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nbatch";
    var file = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx";
    return Stream.of(
        List.of("application/json", "{}"),
        List.of("multipart/form-data", purpose + end),
        List.of("multipart/form-data; boundary=b", ""),
        List.of("multipart/form-data; boundary=b", "no form at all"),
        List.of("multipart/form-data; boundary=b", "--b"),
        List.of("multipart/form-data; boundary=b", purpose + end),
        List.of("multipart/form-data; boundary=b", file + end),
        List.of("multipart/form-data; boundary=b", purpose + "\r\n" + file),
        List.of("multipart/form-data; boundary=other", purpose + "\r\n" + file + end),
        List.of("multipart/form-data; boundary=" + "b".repeat(3_000), file + end),
        List.of("multipart/form-data; boundary=b", "--b\r\nX\r\n\r\nx" + end),
        List.of(
            "multipart/form-data; boundary=b",
            purpose.replace("batch", "x".repeat(100_000)) + "\r\n" + file + end),
        List.of("multipart/form-data; boundary=b", "--b\r\n" + "X: y\r\n".repeat(20_000)),
        List.of("text/plain", "x"));
  }

  @ParameterizedTest
  @MethodSource("forms")
  void shouldRefuseAFormThatIsNone(List<String> form) {
    // When
    var answer = client.post("/v1/files", form.getLast(), "Content-Type", form.getFirst());
    // Then
    assertRefused(form.getFirst() + " " + shown(form.getLast()), answer.status(), answer.text());
  }

  // ---- broken HTTP

  static Stream<String> brokenCalls() {
    var head = "Host: x\r\nAuthorization: Bearer " + Installation.KEY + "\r\n";
    return Stream.of(
        "GET /v1/models/%zz HTTP/1.1\r\n" + head + "\r\n",
        "GET /v1/models/% HTTP/1.1\r\n" + head + "\r\n",
        "GET /v1/requests?limit=%zz HTTP/1.1\r\n" + head + "\r\n",
        "GET /v1/requests?%00=%ff&status=%c0%80 HTTP/1.1\r\n" + head + "\r\n",
        "GET //v1//models HTTP/1.1\r\n" + head + "\r\n",
        "GET http://elsewhere/v1/nothing HTTP/1.1\r\n" + head + "\r\n",
        "OPTIONS * HTTP/1.1\r\n" + head + "\r\n",
        "BREW /v1/models HTTP/1.1\r\n" + head + "\r\n",
        "PUT /v1/chat/completions HTTP/1.1\r\n" + head + "Content-Length: 2\r\n\r\n{}",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: " + "x".repeat(9_000) + "\r\n\r\n",
        "POST /v1/chat/completions HTTP/1.1\r\n" + head + "Content-Length: -1\r\n\r\n{}",
        "POST /v1/chat/completions HTTP/1.1\r\n" + head + "Content-Length: x\r\n\r\n{}",
        "POST /v1/chat/completions HTTP/1.1\r\n"
            + head
            + "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}");
  }

  @ParameterizedTest
  @MethodSource("brokenCalls")
  void shouldRefuseBrokenHttp(String call) throws IOException {
    // When
    var answer = raw(call, true);
    // Then
    assertThat(answer).as(shown(call)).matches("(?s)HTTP/1\\.1 4\\d\\d .*");
  }

  @Test
  void shouldForgetAClientThatLeavesInTheMiddle() throws IOException {
    var head = " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + Installation.KEY + "\r\n";
    for (var path :
        List.of("/v1/chat/completions", "/v1/batches", "/v1/files", "/v1/requests:bulk")) {
      raw("POST " + path + head + "Content-Length: 100\r\n\r\n{\"model\":", false);
      raw("POST " + path + head + "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"mod", false);
    }
  }

  @Test
  void shouldEndACallWhoseBodyIsNoHttp() throws IOException {
    // When
    var answer =
        raw(
            "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                + Installation.KEY
                + "\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            true);
    // Then
    assertThat(answer).matches("(?s)|HTTP/1\\.1 4\\d\\d .*");
  }

  private String raw(String call, boolean waits) throws IOException {
    var address = URI.create(installation.baseUrl());
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort())) {
      socket.setSoTimeout(SOCKET_TIMEOUT_MS);
      socket.getOutputStream().write(call.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
      var answer = new byte[waits ? 4_096 : 0];
      int read = waits ? socket.getInputStream().read(answer) : 0;
      return new String(answer, 0, Math.max(0, read), StandardCharsets.ISO_8859_1);
    }
  }

  // ---- helpers

  private static void assertRefused(String about, int status, String text) {
    assertThat(status).as("%s: %s", about, shown(text)).isBetween(400, 499);
    JsonNode error = Client.parse(text).path("error");
    var names = new ArrayList<String>();
    error.fieldNames().forEachRemaining(names::add);
    assertThat(names).as(about).containsExactlyInAnyOrder("message", "type", "param", "code");
    assertThat(error.path("message").asText()).as(about).isNotBlank();
  }

  private static String shown(String text) {
    return text.length() <= 200 ? text : text.substring(0, 200) + "…";
  }
}
