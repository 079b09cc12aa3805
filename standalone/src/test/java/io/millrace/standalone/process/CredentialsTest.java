package io.millrace.standalone.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CredentialsTest {

  @TempDir private Path data = Path.of("");

  @Test
  void shouldMakeKeyAndShowItOnceWhenNoneIsGiven() throws IOException {
    // Given
    var first = credentials(MillraceConfig.defaults(), Map.of());
    var key = first.keyPhrase().replace("with key ", "");

    // When
    first.save();
    var second = credentials(MillraceConfig.defaults(), Map.of());

    // Then
    assertThat(key).matches("mr_[A-Za-z0-9_-]{43}");
    assertThat(keyHash(first)).isEqualTo(Secrets.sha256(key));
    assertThat(keyHash(second)).isEqualTo(Secrets.sha256(key));
    assertThat(second.keyPhrase()).isEqualTo("with the key made at the first start");
    assertThat(first.notes()).anyMatch(note -> note.contains("admin key is mr_admin_"));
    assertThat(second.notes()).isEmpty();
    assertThat(Files.readString(data.resolve("credentials.json"))).doesNotContain(key);
  }

  @Test
  void shouldForgetMadeKeyWhenStartNeverGotReady() {
    // Given
    var broken = credentials(MillraceConfig.defaults(), Map.of());

    // When
    var next = credentials(MillraceConfig.defaults(), Map.of());

    // Then
    assertThat(next.keyPhrase()).startsWith("with key mr_").isNotEqualTo(broken.keyPhrase());
  }

  @Test
  void shouldNotPrintKeyWhenEnvironmentHasIt() {
    // Given
    var environment = Map.of("MILLRACE_API_KEY", "sesame", "MILLRACE_ADMIN_KEY", "open");

    // When
    var credentials = credentials(MillraceConfig.defaults(), environment);

    // Then
    assertThat(keyHash(credentials)).isEqualTo(Secrets.sha256("sesame"));
    assertThat(credentials.adminKeySha256()).contains(Secrets.sha256("open"));
    assertThat(credentials.keyPhrase()).isEqualTo("with the key in MILLRACE_API_KEY");
    assertThat(credentials.notes()).noneMatch(note -> note.contains("admin key is"));
  }

  @Test
  void shouldKeepFirstKeyAndWarnWhenAnotherIsGivenLater() {
    // Given
    credentials(MillraceConfig.defaults(), Map.of("MILLRACE_API_KEY", "first")).save();

    // When
    var later = credentials(MillraceConfig.defaults(), Map.of("MILLRACE_API_KEY", "second"));

    // Then
    assertThat(keyHash(later)).isEqualTo(Secrets.sha256("first"));
    assertThat(later.keyPhrase()).isEqualTo("with the key made at the first start");
    assertThat(later.warnings()).singleElement().asString().contains("MILLRACE_API_KEY");
  }

  @Test
  void shouldBeReadableByOwnerOnlyWhenSaved() throws IOException {
    // Given
    var credentials = credentials(MillraceConfig.defaults(), Map.of());

    // When
    credentials.save();

    // Then
    assertThat(Files.getPosixFilePermissions(data.resolve("credentials.json")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void shouldKeepConfiguredAccountsAndMakeTheirCallbackSecretsWhenConfigured() {
    // Given
    var config =
        new ConfigLoader(Map.of())
            .parse(
                "accounts: [{id: acme, keys: [{name: ci, secret: s}]}, {id: beta}]",
                "test",
                MillraceConfig.class);
    var first = credentials(config, Map.of());

    // When
    first.save();
    var second = credentials(config, Map.of());

    // Then
    assertThat(first.keyPhrase()).isEqualTo("with the keys of 2 accounts");
    assertThat(first.applied().accounts())
        .extracting(account -> account.id())
        .containsExactly("acme", "beta");
    assertThat(first.applied().accounts())
        .allSatisfy(
            account ->
                assertThat(
                        Base64.getDecoder()
                            .decode(account.callbackSecret().substring("whsec_".length())))
                    .hasSize(32));
    assertThat(second.applied().accounts()).isEqualTo(first.applied().accounts());
  }

  @Test
  void shouldRefuseWhenFileIsDamaged() throws IOException {
    // Given
    Files.writeString(data.resolve("credentials.json"), "{");

    // When
    // Then
    assertThatThrownBy(() -> credentials(MillraceConfig.defaults(), Map.of()))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("credentials.json");
  }

  private Credentials credentials(MillraceConfig config, Map<String, String> environment) {
    return Credentials.of(data, config, environment, new SecureRandom());
  }

  private static String keyHash(Credentials credentials) {
    return credentials.applied().accounts().getFirst().keys().getFirst().sha256();
  }
}
