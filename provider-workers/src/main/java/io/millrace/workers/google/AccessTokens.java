package io.millrace.workers.google;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Credential;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;

/** Borrows access tokens for a service account, at the endpoint that its key file names. */
final class AccessTokens implements Credential.Lender {

  private static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final long VALID_SECONDS_USUAL = 3600;

  private final ServiceAccount account;

  AccessTokens(ServiceAccount account) {
    this.account = account;
  }

  @Override
  public Credential.Loan borrow(Instant now) throws IOException {
    // Once an hour, so a client is not worth keeping.
    try (var client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build()) {
      var answer = client.send(request(now), BodyHandlers.ofString(StandardCharsets.UTF_8));
      return loan(answer, now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking for an access token");
    }
  }

  private HttpRequest request(Instant now) {
    var form =
        "grant_type="
            + URLEncoder.encode(GRANT, StandardCharsets.UTF_8)
            + "&assertion="
            + account.assertion(now);
    return HttpRequest.newBuilder(account.tokenUri())
        .timeout(TIMEOUT)
        .header("content-type", "application/x-www-form-urlencoded")
        .POST(HttpRequest.BodyPublishers.ofString(form))
        .build();
  }

  private static Credential.Loan loan(HttpResponse<String> answer, Instant now) throws IOException {
    var tree = treeOf(answer.body());
    var token = tree.path("access_token").asText("");
    if (answer.statusCode() != 200 || token.isEmpty()) {
      // The code is a word such as invalid_grant; the description may name accounts.
      throw new IOException(
          "the token endpoint answered %d %s"
              .formatted(answer.statusCode(), tree.path("error").asText("")));
    }
    long seconds = tree.path("expires_in").asLong(VALID_SECONDS_USUAL);
    return new Credential.Loan(CallSigner.bearer(token), now.plusSeconds(seconds));
  }

  private static JsonNode treeOf(String body) {
    try {
      return Json.MAPPER.readTree(body);
    } catch (IOException e) {
      return Json.MAPPER.missingNode();
    }
  }
}
