package io.millrace.schemas.config;

import static io.millrace.schemas.config.Checks.check;
import static io.millrace.schemas.config.Checks.orDefault;
import static io.millrace.schemas.config.Checks.required;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A provider that workers can call.
 *
 * @param name name that routes, prices and topics use: a-z, 0-9 and hyphen
 * @param kind which adapter speaks to it, such as openai
 * @param baseUrl where it is, ending as its kind's own base URL does; default that of the kind
 * @param keys its keys, used in turn: {@code apiKey} and then {@code apiKeys} of the file; default
 *     none
 * @param region where it runs; default unknown, for vertex global
 * @param project vertex: the Google Cloud project; default that of the credentials
 * @param apiVersion azure-openai: version of the deployments form; default the v1 form
 * @param credentials what kinds that do not go by a key go by; default none
 * @param credentialsFile vertex: path of a service account's key file; default that of the
 *     environment's GOOGLE_APPLICATION_CREDENTIALS
 * @param unsupportedParameters what becomes of request fields that it cannot take; default drop
 * @param responses how it is asked for OpenAI's Responses: {@code native} from the provider, {@code
 *     chat} by translation, {@code auto} as its kind does; default auto
 * @param limits what it allows; default no limit but 1,000 calls in flight
 * @param timeouts how long to wait for it
 */
public record ProviderConfig(
    String name,
    String kind,
    String baseUrl,
    List<String> keys,
    String region,
    String project,
    String apiVersion,
    ProviderCredentials credentials,
    String credentialsFile,
    UnsupportedParameters unsupportedParameters,
    ResponsesForm responses,
    ProviderLimits limits,
    ProviderTimeouts timeouts) {

  /** Hides the keys. */
  @Override
  public String toString() {
    return "ProviderConfig[name=" + name + ", kind=" + kind + ", baseUrl=" + baseUrl + "]";
  }

  public ProviderConfig {
    check(
        name.matches("[a-z0-9-]{1,40}"),
        "providers[].name must be 1 to 40 of a-z, 0-9 and hyphen: " + name);
    keys = List.copyOf(keys);
    check(
        keys.stream().distinct().count() == keys.size(),
        "providers[" + name + "].apiKeys has the same key twice");
  }

  @JsonCreator
  static ProviderConfig of(
      @Nullable String name,
      @Nullable String kind,
      @Nullable String baseUrl,
      @Nullable String apiKey,
      @Nullable List<String> apiKeys,
      @Nullable String region,
      @Nullable String project,
      @Nullable String apiVersion,
      @Nullable ProviderCredentials credentials,
      @Nullable String credentialsFile,
      @Nullable UnsupportedParameters unsupportedParameters,
      @Nullable ResponsesForm responses,
      @Nullable ProviderLimits limits,
      @Nullable ProviderTimeouts timeouts) {
    var keys = new ArrayList<String>();
    if (apiKey != null && !apiKey.isEmpty()) {
      keys.add(apiKey);
    }
    keys.addAll(orDefault(apiKeys, List.of()));
    return new ProviderConfig(
        required(name, "name"),
        required(kind, "kind"),
        orDefault(baseUrl, ""),
        keys,
        orDefault(region, ""),
        orDefault(project, ""),
        orDefault(apiVersion, ""),
        orDefault(credentials, ProviderCredentials.NONE),
        orDefault(credentialsFile, ""),
        orDefault(unsupportedParameters, UnsupportedParameters.DROP),
        orDefault(responses, ResponsesForm.AUTO),
        orDefault(limits, ProviderLimits.defaults()),
        orDefault(timeouts, ProviderTimeouts.defaults()));
  }

  /** A provider of which nothing else is said. */
  public static ProviderConfig of(String name, String kind, String baseUrl) {
    return of(
        name, kind, baseUrl, null, null, null, null, null, null, null, null, null, null, null);
  }

  public ProviderConfig withKeys(List<String> keys) {
    return with(keys, unsupportedParameters, responses, limits, timeouts);
  }

  public ProviderConfig withUnsupportedParameters(UnsupportedParameters unsupportedParameters) {
    return with(keys, unsupportedParameters, responses, limits, timeouts);
  }

  public ProviderConfig withResponses(ResponsesForm responses) {
    return with(keys, unsupportedParameters, responses, limits, timeouts);
  }

  public ProviderConfig withLimits(ProviderLimits limits) {
    return with(keys, unsupportedParameters, responses, limits, timeouts);
  }

  public ProviderConfig withTimeouts(ProviderTimeouts timeouts) {
    return with(keys, unsupportedParameters, responses, limits, timeouts);
  }

  private ProviderConfig with(
      List<String> keys,
      UnsupportedParameters unsupportedParameters,
      ResponsesForm responses,
      ProviderLimits limits,
      ProviderTimeouts timeouts) {
    return new ProviderConfig(
        name,
        kind,
        baseUrl,
        keys,
        region,
        project,
        apiVersion,
        credentials,
        credentialsFile,
        unsupportedParameters,
        responses,
        limits,
        timeouts);
  }
}
