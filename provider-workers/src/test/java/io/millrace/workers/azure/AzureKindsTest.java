package io.millrace.workers.azure;

import static io.millrace.workers.Attempts.NOW;
import static io.millrace.workers.Attempts.anAttempt;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.millrace.schemas.config.ProviderConfig;
import io.millrace.workers.Credential;
import io.millrace.workers.HttpCall;
import io.millrace.workers.ProviderAdapter;
import io.millrace.workers.Translation;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AzureKindsTest {

  private static final HttpCall CALL = new HttpCall("POST", "/x", Map.of(), ByteBuffer.allocate(0));

  private final List<String> asked = new ArrayList<>();
  private int status = 200;
  private String answer = "{\"access_token\":\"lent\",\"expires_in\":3599}";
  private HttpServer entra;

  @BeforeEach
  void start() throws IOException {
    entra = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    entra.createContext(
        "/",
        exchange -> {
          asked.add(
              exchange.getRequestURI()
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          byte[] body = answer.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    entra.start();
  }

  @AfterEach
  void stop() {
    entra.stop(0);
  }

  private static ProviderConfig config() {
    return ProviderConfig.of("az", "azure-openai", "https://res.openai.azure.com/openai/")
        .withKeys(List.of("k"));
  }

  private ProviderAdapter adapter(ProviderConfig config) {
    return AzureKinds.adapter(
        config, URI.create("http://127.0.0.1:" + entra.getAddress().getPort()));
  }

  private static String path(ProviderAdapter adapter) {
    var translation = adapter.translate(anAttempt().setModel("my gpt").build(), NOW);
    return ((Translation.Calls) translation).calls().getFirst().http().path();
  }

  @Test
  void shouldNameDeploymentInPathOnlyWhenThereIsAVersion() {
    // When
    var plain = adapter(config());
    var versioned = adapter(AzureConfigs.versioned(config()));
    // Then
    assertThat(plain.baseUrl()).isEqualTo(URI.create("https://res.openai.azure.com/openai"));
    assertThat(path(plain)).isEqualTo("/v1/chat/completions");
    assertThat(path(versioned))
        .isEqualTo("/deployments/my%20gpt/chat/completions?api-version=2024-10-21");
  }

  @Test
  void shouldGoByKeyWhenThereIsNoApplication() {
    // When
    var credential = (Credential.Fixed) adapter(config()).credentials().getFirst();
    // Then
    assertThat(credential.signer().sign(CALL, NOW).headers()).containsEntry("api-key", "k");
  }

  @Test
  void shouldBorrowTokenForApplication() throws IOException {
    // Given
    var credential = lent();
    // When
    var loan = credential.lender().borrow(NOW);
    // Then
    assertThat(loan.signer().sign(CALL, NOW).headers())
        .containsEntry("authorization", "Bearer lent");
    assertThat(loan.expiresAt()).isEqualTo(NOW.plusSeconds(3599));
    assertThat(asked).hasSize(1);
    assertThat(asked.getFirst())
        .startsWith("/tenant/oauth2/v2.0/token ")
        .contains("grant_type=client_credentials")
        .contains("client_id=client")
        .contains("client_secret=a+secret%26")
        .contains("scope=https%3A%2F%2Fcognitiveservices.azure.com%2F.default");
  }

  @Test
  void shouldSayWhyNoTokenIsLentWithoutTellingTheSecret() {
    // Given
    status = 401;
    answer = "{\"error\":\"invalid_client\",\"error_description\":\"a secret& is wrong\"}";
    // When
    assertThatThrownBy(() -> lent().lender().borrow(NOW))
        // Then
        .isInstanceOf(IOException.class)
        .hasMessageContaining("401")
        .hasMessageNotContaining("secret");
  }

  private Credential.Lent lent() {
    return (Credential.Lent) adapter(AzureConfigs.ofApplication(config())).credentials().getFirst();
  }
}
