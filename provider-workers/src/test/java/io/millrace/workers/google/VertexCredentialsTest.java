package io.millrace.workers.google;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.ProviderAdapters;
import io.millrace.workers.canonical.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Signature;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VertexCredentialsTest {

  private static final HttpCall CALL = new HttpCall("POST", "/x", Map.of(), ByteBuffer.allocate(0));

  @TempDir private Path directory;
  private final BlockingQueue<String> forms = new LinkedBlockingQueue<>();
  private HttpServer server;
  private int status = 200;
  private String answer = "{\"access_token\":\"ya29.lent\",\"expires_in\":1800}";

  @BeforeEach
  void start() throws Exception {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/token",
        exchange -> {
          forms.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          var bytes = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void shouldBorrowATokenWhenTheKeyFileIsGiven() throws Exception {
    // Given
    var lender = lender(vertex(config(file(keyFile())), Map.of()));
    // When
    var loan = lender.borrow(NOW);
    // Then
    assertThat(loan.expiresAt()).isEqualTo(NOW.plusSeconds(1800));
    assertThat(loan.signer().sign(CALL, NOW).headers())
        .containsEntry("authorization", "Bearer ya29.lent");
    var form = forms.remove();
    assertThat(URLDecoder.decode(form, StandardCharsets.UTF_8))
        .startsWith("grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion=");
    var parts = form.substring(form.indexOf("assertion=") + 10).split("\\.");
    assertThat(Json.MAPPER.readTree(decoded(parts[0])))
        .isEqualTo(Json.MAPPER.readTree("{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}"));
    var claims = Json.MAPPER.readTree(decoded(parts[1]));
    assertThat(claims.path("iss").asText()).isEqualTo("millrace@p1.iam.gserviceaccount.com");
    assertThat(claims.path("aud").asText()).isEqualTo(tokenUri());
    assertThat(claims.path("scope").asText())
        .isEqualTo("https://www.googleapis.com/auth/cloud-platform");
    assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(3600);
    var signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(KeyFiles.KEYS.getPublic());
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(signature.verify(decoded(parts[2]))).isTrue();
  }

  @Test
  void shouldSayWhyWithoutSecretsWhenNoTokenIsLent() throws Exception {
    // Given
    status = 400;
    answer = "{\"error\":\"invalid_grant\",\"error_description\":\"account millrace@p1\"}";
    var lender = lender(vertex(config(file(keyFile())), Map.of()));
    // Then
    assertThatThrownBy(() -> lender.borrow(NOW))
        .isInstanceOf(IOException.class)
        .hasMessage("the token endpoint answered 400 invalid_grant");
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', https://aiplatform.googleapis.com/v1, /projects/p1/locations/global/publishers/google/models/gemini-3:generateContent",
    "europe-west4, p2, https://europe-west4-aiplatform.googleapis.com/v1, /projects/p2/locations/europe-west4/publishers/google/models/gemini-3:generateContent",
    "eu, '', https://aiplatform.eu.rep.googleapis.com/v1, /projects/p1/locations/eu/publishers/google/models/gemini-3:generateContent"
  })
  void shouldFindThePlaceWhenRegionAndProjectAreGiven(
      String region, String project, String url, String path) throws Exception {
    // Given
    var environment = Map.of("GOOGLE_APPLICATION_CREDENTIALS", file(keyFile()).toString());
    var adapter = vertex(config("", region, project), environment);
    // When
    var calls = Replies.calls(adapter, anAttempt().setModel("gemini-3").build());
    // Then
    assertThat(adapter.baseUrl()).isEqualTo(URI.create(url));
    assertThat(calls.calls().getFirst().http().path()).isEqualTo(path);
  }

  @Test
  void shouldNameTheKeyWhenThereAreNoCredentials() throws Exception {
    // Given
    var wrongType = file("{\"type\":\"authorized_user\",\"refresh_token\":\"1//secret\"}");
    var broken = file(keyFile().replace("BEGIN PRIVATE KEY-----", "BEGIN PRIVATE KEY-----!"));
    // Then
    assertThatThrownBy(() -> vertex(config("", "", ""), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "providers[v].credentialsFile is missing, and GOOGLE_APPLICATION_CREDENTIALS is not set");
    assertThatThrownBy(() -> vertex(config("/nowhere/key.json", "", ""), Map.of()))
        .hasMessageStartingWith("providers[v].credentialsFile is no service account's key file");
    assertThatThrownBy(() -> vertex(config(wrongType), Map.of()))
        .hasMessageContaining("'authorized_user', not 'service_account'")
        .hasMessageNotContaining("secret");
    assertThatThrownBy(() -> vertex(config(broken), Map.of()))
        .hasMessageEndingWith("has a private_key that is no RSA key in PKCS #8");
  }

  private static Credential.Lender lender(ProviderAdapter adapter) {
    return ((Credential.Lent) adapter.credentials().getFirst()).lender();
  }

  private static ProviderAdapter vertex(ProviderConfig config, Map<String, String> environment) {
    return new ProviderAdapters(new GoogleKinds(environment).all()).adapterFor(config);
  }

  private static ProviderConfig config(Path credentialsFile) {
    return config(credentialsFile.toString(), "", "");
  }

  private static ProviderConfig config(String credentialsFile, String region, String project) {
    return KeyFiles.config(ProviderConfig.of("v", "vertex", ""), region, project, credentialsFile);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(Files.createTempFile(directory, "key", ".json"), text);
  }

  private String tokenUri() {
    return "http://127.0.0.1:" + server.getAddress().getPort() + "/token";
  }

  private String keyFile() {
    return KeyFiles.text(tokenUri());
  }

  private static byte[] decoded(String base64) {
    return Base64.getUrlDecoder().decode(base64);
  }
}
