// A virtio-mmio device for Linux: 4 KiB of registers and an interrupt. `iasl -p virtio-mmio virtio-mmio.asl`, of Debian's
// acpica-tools, makes virtio-mmio.aml. A kernel with CONFIG_ACPI_TABLE_UPGRADE, such as Debian's, reads that file as
// kernel/firmware/acpi/*.aml from an uncompressed cpio archive in front of its initial file system.
DefinitionBlock ("", "SSDT", 2, "BALLON", "VIRTMMIO", 1)
{
    Device (\_SB.VR00)
    {
        Name (_HID, "LNRO0005")
        Name (_UID, Zero)
        Name (_STA, 0x0F)
        Name (_CRS, ResourceTemplate ()
        {
            Memory32Fixed (ReadWrite, 0xD0000000, 0x00001000)
            Interrupt (ResourceConsumer, Level, ActiveHigh, Exclusive) { 5 }
        })
    }
}
