from bluezone.cli.device_key import VARIABLE, device_key


def test_the_environment_comes_before_the_file(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("BLUEZONE_HOME", str(tmp_path))
    monkeypatch.delenv(VARIABLE, raising=False)
    assert device_key() == ""
    file = tmp_path / "portal" / "keys" / "device-api-key"
    file.parent.mkdir(parents=True)
    file.write_text("from-the-file\n")
    assert device_key() == "from-the-file"
    monkeypatch.setenv(VARIABLE, "from-the-environment")
    assert device_key() == "from-the-environment"
