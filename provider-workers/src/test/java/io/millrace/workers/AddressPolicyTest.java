package io.millrace.workers;

import static org.assertj.core.api.Assertions.assertThat;

import io.millrace.workers.AddressPolicy.Destination;
import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {

  private final AddressPolicy policy = new AddressPolicy(false);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.8.9.10",
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.168.1.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "fd12:3456::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
        "2001:0:53aa:64c:0:0:0:1",
        "2001:db8::1"
      })
  void shouldForbidTheAddressWhenItIsNotOfThePublicInternet(String address) throws Exception {
    assertThat(policy.allows(InetAddress.getByName(address))).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111"})
  void shouldAllowTheAddressWhenItIsPublic(String address) throws Exception {
    assertThat(policy.allows(InetAddress.getByName(address))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.com/x",
        "ftp://example.com",
        "https://user:pw@example.com/",
        "https:///x",
        "not a url",
        "//example.com",
        ""
      })
  void shouldForbidTheUrlWhenItIsNotPlainHttps(String url) {
    assertThat(policy.judge(url)).isInstanceOf(Destination.Forbidden.class);
  }

  @Test
  void shouldKeepPathAndQueryWhenAllowed() {
    assertThat(policy.judge("https://Example.com:8443/a%20b?c=d#e"))
        .isEqualTo(new Destination.Allowed("Example.com", 8443, true, "/a%20b?c=d"));
    assertThat(policy.judge("https://[2606:4700::1111]"))
        .isEqualTo(new Destination.Allowed("2606:4700::1111", 443, true, "/"));
  }

  @Test
  void shouldAllowLoopbackAndHttpWhenTheOperatorDoes() throws Exception {
    // Given
    var open = new AddressPolicy(true);
    // When
    var destination = open.judge("http://localhost:8080/hook");
    // Then
    assertThat(destination).isEqualTo(new Destination.Allowed("localhost", 8080, false, "/hook"));
    assertThat(open.allows(InetAddress.getLoopbackAddress())).isTrue();
  }
}
