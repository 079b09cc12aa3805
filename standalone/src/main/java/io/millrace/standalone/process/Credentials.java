package io.millrace.standalone.process;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.millrace.bootstrap.ConfigException;
import io.millrace.bootstrap.ConfigLoader;
import io.millrace.schemas.config.AccountConfig;
import io.millrace.schemas.config.AccountLimits;
import io.millrace.schemas.config.KeyConfig;
import io.millrace.schemas.config.MillraceConfig;
import io.millrace.schemas.config.Secrets;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys of an installation that its configuration does not name, kept in {@code
 * credentials.json}, which only its owner can read. Keys are taken from the environment or made at
 * the first start, kept as hashes and shown once; after that only the first count. Callback secrets
 * sign, so they are kept as they are.
 */
public final class Credentials {

  /** The account of an installation that configures none. */
  public static final String DEFAULT_ACCOUNT = "default";

  static final String API_KEY = "MILLRACE_API_KEY";
  static final String ADMIN_KEY = "MILLRACE_ADMIN_KEY";

  private static final String FILE = "credentials.json";
  private static final int KEY_BYTES = 32;

  private final Path file;
  private final MillraceConfig config;
  private final Kept kept;
  private final List<String> notes;
  private final List<String> warnings;
  private final String keyPhrase;

  private Credentials(
      Path file,
      MillraceConfig config,
      Kept kept,
      String keyPhrase,
      List<String> notes,
      List<String> warnings) {
    this.file = file;
    this.config = config;
    this.kept = kept;
    this.keyPhrase = keyPhrase;
    this.notes = List.copyOf(notes);
    this.warnings = List.copyOf(warnings);
  }

  /** Reads what an earlier start kept and makes what is missing; nothing is written yet. */
  static Credentials of(
      Path dataDirectory,
      MillraceConfig config,
      Map<String, String> environment,
      SecureRandom random) {
    var file = dataDirectory.resolve(FILE);
    var before = read(file);
    var notes = new ArrayList<String>();
    var warnings = new ArrayList<String>();

    var isConfigured = !config.accounts().isEmpty();
    var apiKey = Key.of(API_KEY, before.apiKeySha256(), environment, "mr_", random);
    var adminKey = Key.of(ADMIN_KEY, before.adminKeySha256(), environment, "mr_admin_", random);
    var secrets = new TreeMap<>(before.callbackSecrets());
    var withoutSecret =
        config.accounts().stream().filter(a -> a.callbackSecret().isEmpty()).toList();
    withoutSecret.forEach(a -> secrets.computeIfAbsent(a.id(), id -> callbackSecret(random)));
    if (!isConfigured) {
      secrets.computeIfAbsent(DEFAULT_ACCOUNT, id -> callbackSecret(random));
      apiKey.warning().ifPresent(warnings::add);
    }
    adminKey.warning().ifPresent(warnings::add);
    adminKey
        .made()
        .ifPresent(key -> notes.add("the admin key is " + key + "; it is not shown again"));
    if (secrets.size() > before.callbackSecrets().size()) {
      notes.add("the secret that signs callbacks is shown by ./millrace callback-secret");
    }
    var kept =
        new Kept(
            isConfigured ? before.apiKeySha256() : apiKey.sha256(), adminKey.sha256(), secrets);
    return new Credentials(
        file, config, kept, isConfigured ? accounts(config) : apiKey.phrase(), notes, warnings);
  }

  /** The configuration with an account to use it with, and a callback secret for every account. */
  MillraceConfig applied() {
    var accounts =
        config.accounts().isEmpty()
            ? List.of(defaultAccount(kept.apiKeySha256()))
            : config.accounts();
    return config.withAccounts(accounts.stream().map(this::withSecret).toList());
  }

  Optional<String> adminKeySha256() {
    return Optional.of(kept.adminKeySha256());
  }

  /** Which key opens it, such as {@code with key mr_...}, for the ready line. */
  String keyPhrase() {
    return keyPhrase;
  }

  /** What only the first start has to say. */
  List<String> notes() {
    return notes;
  }

  List<String> warnings() {
    return warnings;
  }

  /** From now on these count. */
  void save() {
    if (kept.equals(read(file))) {
      return;
    }
    try {
      AtomicFile.writeForOwner(
          file, ConfigLoader.json().writerWithDefaultPrettyPrinter().writeValueAsBytes(kept));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file, e);
    }
  }

  /** Callback secrets that the first start made, by account. */
  public static Map<String, String> callbackSecrets(Path dataDirectory) {
    return read(dataDirectory.resolve(FILE)).callbackSecrets();
  }

  private AccountConfig withSecret(AccountConfig account) {
    return account.callbackSecret().isEmpty()
        ? new AccountConfig(
            account.id(),
            account.keys(),
            account.budgets(),
            account.limits(),
            account.weight(),
            kept.callbackSecrets().getOrDefault(account.id(), ""))
        : account;
  }

  private static AccountConfig defaultAccount(String keySha256) {
    return new AccountConfig(
        DEFAULT_ACCOUNT,
        List.of(new KeyConfig("first", keySha256)),
        List.of(),
        AccountLimits.defaults(),
        1,
        "");
  }

  private static String accounts(MillraceConfig config) {
    int count = config.accounts().size();
    return "with the keys of "
        + (count == 1 ? "account " + config.accounts().getFirst().id() : count + " accounts");
  }

  private static String callbackSecret(SecureRandom random) {
    return "whsec_" + Base64.getEncoder().encodeToString(bytes(random));
  }

  private static byte[] bytes(SecureRandom random) {
    var bytes = new byte[KEY_BYTES];
    random.nextBytes(bytes);
    return bytes;
  }

  private static Kept read(Path file) {
    try {
      return Files.exists(file)
          ? ConfigLoader.json().readValue(Files.readAllBytes(file), Kept.class)
          : Kept.none();
    } catch (IOException e) {
      throw new ConfigException(file + " cannot be read; restore it or delete it for new keys");
    }
  }

  /** What the file holds; an empty text is a key that there is not. */
  private record Kept(
      String apiKeySha256, String adminKeySha256, Map<String, String> callbackSecrets) {

    Kept {
      callbackSecrets = new TreeMap<>(callbackSecrets);
    }

    @JsonCreator
    static Kept of(
        @JsonProperty("apiKeySha256") @Nullable String apiKeySha256,
        @JsonProperty("adminKeySha256") @Nullable String adminKeySha256,
        @JsonProperty("callbackSecrets") @Nullable Map<String, String> callbackSecrets) {
      return new Kept(
          apiKeySha256 == null ? "" : apiKeySha256,
          adminKeySha256 == null ? "" : adminKeySha256,
          callbackSecrets == null ? Map.of() : callbackSecrets);
    }

    static Kept none() {
      return new Kept("", "", Map.of());
    }
  }

  /** One key and how it came about. */
  private record Key(
      String sha256, Optional<String> made, Optional<String> warning, String phrase) {

    static Key of(
        String variable,
        String keptSha256,
        Map<String, String> environment,
        String prefix,
        SecureRandom random) {
      var given = Optional.ofNullable(environment.get(variable)).filter(v -> !v.isBlank());
      if (keptSha256.isEmpty()) {
        return given
            .map(v -> new Key(Secrets.sha256(v), "with the key in " + variable))
            .orElseGet(() -> made(prefix, random));
      }
      if (given.isPresent() && Secrets.sha256(given.get()).equals(keptSha256)) {
        return new Key(keptSha256, "with the key in " + variable);
      }
      return new Key(
          keptSha256,
          Optional.empty(),
          given.map(
              v -> variable + " is not the key of the first start; only that of the first counts"),
          "with the key made at the first start");
    }

    private Key(String sha256, String phrase) {
      this(sha256, Optional.empty(), Optional.empty(), phrase);
    }

    private static Key made(String prefix, SecureRandom random) {
      var key = prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes(random));
      return new Key(Secrets.sha256(key), Optional.of(key), Optional.empty(), "with key " + key);
    }
  }
}
