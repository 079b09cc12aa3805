package io.millrace.workers.azure;

import com.fasterxml.jackson.databind.JsonNode;
import io.millrace.schemas.config.ProviderCredentials;
import io.millrace.workers.CallSigner;
import io.millrace.workers.Credential;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;

/** Access tokens for an Entra application, by OAuth's client credentials (RFC 6749, 4.4). */
final class EntraLender implements Credential.Lender {

  private static final String SCOPE = "https://cognitiveservices.azure.com/.default";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final long SECONDS_USUAL = 3600;

  private final URI tokenUrl;
  private final ProviderCredentials application;

  EntraLender(URI authority, ProviderCredentials application) {
    this.tokenUrl = URI.create(authority + "/" + application.tenantId() + "/oauth2/v2.0/token");
    this.application = application;
  }

  @Override
  public Credential.Loan borrow(Instant now) throws IOException {
    var request =
        HttpRequest.newBuilder(tokenUrl)
            .timeout(PATIENCE)
            .header("content-type", "application/x-www-form-urlencoded")
            .POST(HttpRequest.BodyPublishers.ofString(form()))
            .build();
    try (var client = HttpClient.newBuilder().connectTimeout(PATIENCE).build()) {
      var answer = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
      if (answer.statusCode() != 200) {
        throw new IOException("Entra lends no token: status " + answer.statusCode());
      }
      return loan(Json.MAPPER.readTree(answer.body()), now);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while asking Entra for a token");
    }
  }

  private static Credential.Loan loan(JsonNode answer, Instant now) throws IOException {
    var token = answer.path("access_token").asText("");
    if (token.isEmpty()) {
      throw new IOException("Entra's answer holds no token");
    }
    long seconds = answer.path("expires_in").asLong(SECONDS_USUAL);
    return new Credential.Loan(CallSigner.bearer(token), now.plusSeconds(seconds));
  }

  private String form() {
    return Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            application.clientId(),
            "client_secret",
            application.clientSecret(),
            "scope",
            SCOPE)
        .entrySet()
        .stream()
        .map(
            field ->
                field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }
}
